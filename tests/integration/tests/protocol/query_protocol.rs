//! The query protocol of the Security Token Service, tested against an independent decoder and encoder.

use std::collections::BTreeMap;

use cognito_core::operation::{AssumeRoleWithWebIdentity, PolicyDescriptor};
use cognito_core::{Call, Event, Flow, IdentityPool, IdentityPoolId, Request, SendOutcome, Step, Timestamp};
use cognito_testkit::{Config, Simulator};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

#[track_caller]
fn call(operation: AssumeRoleWithWebIdentity) -> (Call<AssumeRoleWithWebIdentity>, Request) {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
    let mut call = Call::for_identity_pool(&IdentityPool::new(id).unwrap(), operation);
    match call.step(NOW, Event::Start).unwrap() {
        Step::Send(request) => (call, request),
        other => panic!("{other:?}"),
    }
}

/// Replaces each character that XML does not allow with U+FFFD.
fn in_xml(text: &str) -> String {
    let is_character = |letter: &char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|letter| if is_character(&letter) { letter } else { '\u{fffd}' }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_form_decodes_to_the_parameters_of_the_call(
        role in "(?s:.){20,80}",
        session in "[\\w&&[[:ascii:]]+=,.@-]{2,64}",
        token in "(?s:.){4,80}",
        provider in prop::option::of("(?s:.){1,40}"),
        policies in prop::collection::vec(any::<String>(), 0..4),
        policy in prop::option::of("(?s:.){1,80}"),
        seconds in prop::option::of(900..=43_200),
    ) {
        let mut operation = AssumeRoleWithWebIdentity::new(&*role, &*session, &*token);
        operation.provider_id.clone_from(&provider);
        operation.policy_arns = policies.iter().map(PolicyDescriptor::new).collect();
        operation.policy.clone_from(&policy);
        operation.duration_seconds = seconds;
        let (_, request) = call(operation);

        let mut expected = BTreeMap::from([
            ("Action".to_owned(), "AssumeRoleWithWebIdentity".to_owned()),
            ("Version".to_owned(), "2011-06-15".to_owned()),
            ("RoleArn".to_owned(), role),
            ("RoleSessionName".to_owned(), session),
            ("WebIdentityToken".to_owned(), token),
        ]);
        expected.extend(provider.map(|provider| ("ProviderId".to_owned(), provider)));
        expected.extend(policy.map(|policy| ("Policy".to_owned(), policy)));
        expected.extend(seconds.map(|seconds| ("DurationSeconds".to_owned(), seconds.to_string())));
        expected.extend((1..).zip(policies).map(|(number, arn)| (format!("PolicyArns.member.{number}.arn"), arn)));
        let pairs: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
        prop_assert_eq!(pairs.len(), expected.len());
        prop_assert_eq!(pairs.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }

    /// The simulator quotes an invalid role name in its error message, and escapes the XML with its own code.
    #[test]
    fn the_client_unescapes_text_in_xml_errors(name in "[ -~]{0,20}[<>&\"']|[^a-z]{1,20} |]]>|\\PC{1,20}\r\n") {
        // The simulator rejects a role name with a control character.
        let role = format!("arn:aws:iam::1:role/\u{1}{name}");
        let (mut call, request) = call(AssumeRoleWithWebIdentity::new(&*role, "guest", "token"));
        let mut simulator = Simulator::from_config([7; 32], NOW, Config::standard()).unwrap();
        let answer = Event::Sent(SendOutcome::Answered(simulator.handle(NOW, &request)));
        let error = call.step(NOW, answer).unwrap_err();
        let message = &error.refusal().unwrap_or_else(|| panic!("{error:?}")).message;
        let quoted = format!("Value '{}' at 'roleArn'", in_xml(&role));
        prop_assert!(message.contains(&quoted), "{:?} does not contain {:?}", message, quoted);
    }
}
