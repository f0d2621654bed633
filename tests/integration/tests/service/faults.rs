//! Planned faults of the simulator, without a network.

use core::time::Duration;

use cognito_core::Request;
use cognito_integration_tests::support::scene::{PASSWORD, Scene, read};
use cognito_testkit::{Fault, FaultPlan, Outcome};
use serde_json::json;

fn exchange(scene: &mut Scene, operation: &str, username: &str) -> Outcome {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let headers = [("x-amz-target", target)].into_iter().collect();
    let attributes = json!([{ "Name": "email", "Value": "bob@example.com" }]);
    let body = json!({
        "ClientId": scene.client.id, "Username": username, "Password": PASSWORD, "UserAttributes": attributes,
    });
    scene.simulator.exchange(scene.now, &Request::post("http://localhost/", headers, body.to_string().into_bytes()))
}

fn sign_up(scene: &mut Scene, username: &str) -> Outcome {
    exchange(scene, "SignUp", username)
}

fn plan(scene: &mut Scene, fault: Fault) {
    scene.simulator.faults().plan(FaultPlan::next(fault));
}

fn user_exists(scene: &mut Scene, username: &str) -> bool {
    scene.call("AdminGetUser", scene.user_request(username)).is_ok()
}

#[test]
fn without_a_plan_a_request_is_answered() {
    let mut scene = Scene::new();
    let Outcome::Answer(response) = sign_up(&mut scene, "bob") else { panic!("no answer") };
    assert!(read(&response).is_ok());
}

#[test]
fn a_throttled_or_failed_request_is_not_executed() {
    let expected = [
        (Fault::Throttle, 400, "TooManyRequestsException"),
        (Fault::Fail { status: 500 }, 500, "InternalErrorException"),
        (Fault::Fail { status: 503 }, 503, "ServiceUnavailableException"),
    ];
    for (fault, status, name) in expected {
        let mut scene = Scene::new();
        plan(&mut scene, fault);
        let Outcome::Answer(response) = sign_up(&mut scene, "bob") else { panic!("no answer") };
        assert_eq!((response.status(), read(&response).unwrap_err().name.as_str()), (status, name));
        assert_eq!(response.headers().get("x-amzn-errortype"), Some(format!("{name}:").as_str()));
        assert!(!user_exists(&mut scene, "bob"));
        assert!(matches!(sign_up(&mut scene, "bob"), Outcome::Answer(response) if response.status() == 200));
    }
}

#[test]
fn pages_and_redirects_never_reach_the_service() {
    let mut scene = Scene::new();
    plan(&mut scene, Fault::Page { status: 403 });
    plan(&mut scene, Fault::Redirect { location: "https://portal.example/".to_owned() });
    let Outcome::Answer(page) = sign_up(&mut scene, "bob") else { panic!("no answer") };
    assert_eq!((page.status(), page.headers().get("content-type")), (403, Some("text/html")));
    assert!(page.body().starts_with(b"<html>"));
    let Outcome::Answer(redirection) = sign_up(&mut scene, "bob") else { panic!("no answer") };
    assert_eq!((redirection.status(), redirection.headers().get("location")), (302, Some("https://portal.example/")));
    assert!(!user_exists(&mut scene, "bob"));
}

#[test]
fn a_request_or_its_answer_can_be_lost() {
    let mut scene = Scene::new();
    plan(&mut scene, Fault::LoseBefore);
    plan(&mut scene, Fault::LoseAfter);
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::LostBefore));
    assert!(!user_exists(&mut scene, "bob"));
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::LostAfter));
    assert!(user_exists(&mut scene, "bob"));
}

#[test]
fn an_answer_can_be_late_or_truncated() {
    let mut scene = Scene::new();
    plan(&mut scene, Fault::Delay { millis: 250 });
    plan(&mut scene, Fault::Truncate);
    let Outcome::Late(by, response) = sign_up(&mut scene, "bob") else { panic!("not late") };
    assert_eq!((by, response.status()), (Duration::from_millis(250), 200));
    let Outcome::Cut(response) = sign_up(&mut scene, "ben") else { panic!("not cut") };
    assert_eq!(response.status(), 200);
    assert!(user_exists(&mut scene, "bob") && user_exists(&mut scene, "ben"));
}

#[test]
fn a_plan_counts_only_requests_of_its_operation() {
    let mut scene = Scene::new();
    scene.simulator.faults().plan(FaultPlan::next(Fault::LoseBefore).for_operation("SignUp").times(2));
    assert!(matches!(exchange(&mut scene, "ForgotPassword", "bob"), Outcome::Answer(_)));
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::LostBefore));
    assert_eq!(scene.simulator.faults().planned()[0].times, 1);
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::LostBefore));
    assert!(scene.simulator.faults().planned().is_empty());
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::Answer(_)));
}

#[test]
fn plans_apply_in_order_and_can_be_cleared() {
    let mut scene = Scene::new();
    plan(&mut scene, Fault::LoseAfter);
    plan(&mut scene, Fault::LoseBefore);
    assert!(matches!(sign_up(&mut scene, "bob"), Outcome::LostAfter));
    scene.simulator.faults().clear();
    assert!(matches!(sign_up(&mut scene, "ben"), Outcome::Answer(_)));
    scene.simulator.faults().plan(FaultPlan::next(Fault::LoseBefore).times(0));
    assert!(matches!(sign_up(&mut scene, "bea"), Outcome::Answer(_)));
}

#[test]
fn handle_ignores_planned_faults() {
    let mut scene = Scene::new();
    plan(&mut scene, Fault::LoseBefore);
    assert!(scene.sign_up("bob", "bob@example.com").is_ok());
    assert_eq!(scene.simulator.faults().planned().len(), 1);
}
