//! The lock-out after several wrong passwords.

use cognito_integration_tests::support::scene::{INCORRECT, PASSWORD, Scene, alice, email_pool, open_client};
use cognito_testkit::PoolConfig;

const EXCEEDED: (&str, &str) = ("NotAuthorizedException", "Password attempts exceeded");

#[track_caller]
fn fail(scene: &mut Scene, times: usize) {
    for _ in 0..times {
        assert_eq!(scene.password_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
    }
}

#[test]
fn the_lock_out_doubles_with_each_wrong_password_after_five() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 4);
    assert!(
        scene.password_sign_in("alice", PASSWORD).is_ok(),
        "four wrong passwords do not lock, and the right password resets the count"
    );
    fail(&mut scene, 5);
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        scene.advance(seconds - 1);
        assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), EXCEEDED, "{seconds}");
        scene.advance(1);
        fail(&mut scene, 1);
    }
}

#[test]
fn an_srp_sign_in_is_locked_out_too() {
    let mut scene = Scene::with_alice();
    for _ in 0..5 {
        assert_eq!(scene.srp_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
    }
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), EXCEEDED);
    scene.advance(1);
    assert!(scene.srp_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn a_right_password_resets_the_count() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.advance(1);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
    fail(&mut scene, 4);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn fifteen_minutes_without_an_attempt_reset_the_count() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.advance(1 + 900);
    fail(&mut scene, 4);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}

#[test]
fn a_password_reset_ends_the_lock_out() {
    let mut scene = Scene::with_alice();
    fail(&mut scene, 5);
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    scene.confirm_forgot_password("alice", &code, "Correct-horse-2").unwrap();
    assert!(scene.password_sign_in("alice", "Correct-horse-2").is_ok());
}

#[test]
fn a_pool_can_turn_off_the_lock_out() {
    let config = PoolConfig { users: vec![alice()], password_lockout: false, ..email_pool() };
    let mut scene = Scene::with_pool(config, open_client());
    fail(&mut scene, 20);
    assert!(scene.password_sign_in("alice", PASSWORD).is_ok());
}
