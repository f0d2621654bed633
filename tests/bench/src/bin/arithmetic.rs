//! Measures the arithmetic of one sign-in (the public key `A` and the password claim) in the core and two
//! other crates:
//!
//! ```text
//! arithmetic REPETITIONS
//! ```
//!
//! First each crate signs in to a simulated user pool, which verifies the claim. Then the crates are measured
//! in turn, so that other load on the machine affects all crates alike. The program prints one line of JSON
//! per crate, with the median.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use cognito_core::srp::{EphemeralKey, Identity};
use cognito_core::{Request, Timestamp};
use cognito_testkit::{Config, Simulator};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const POOL_ID: &str = "us-east-1_Benchmark";
const POOL_NAME: &str = "Benchmark";
const CLIENT_ID: &str = "app";
const USERNAME: &str = "alice";
const PASSWORD: &str = "Correct-horse-1";
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

/// The challenge that the service returns for the client's public key `A`.
#[derive(Clone)]
struct Challenge {
    user_id: String,
    salt: String,
    srp_b: String,
    secret_block: String,
}

struct Claim {
    signature: String,
    timestamp: String,
}

/// A function that takes an `A` and returns the challenge of the service.
type Ask<'a> = &'a mut dyn FnMut(&str) -> Outcome<Challenge>;

struct Client {
    name: &'static str,
    sign_in: fn(Ask<'_>) -> Outcome<Claim>,
}

const CLIENTS: [Client; 4] = [
    Client { name: "cognito-core", sign_in: core::<32> },
    Client { name: "cognito-core, 1,024 bits", sign_in: core::<128> },
    Client { name: "cognito_srp", sign_in: cognito_srp },
    Client { name: "aws-cognito-srp", sign_in: aws_cognito_srp },
];

fn main() -> Outcome<()> {
    let repetitions: usize = std::env::args().nth(1).ok_or("usage: arithmetic REPETITIONS")?.parse()?;
    let mut challenge = None;
    for client in &CLIENTS {
        challenge = Some(verify(client)?);
    }
    let challenge = challenge.ok_or("the list of clients is empty")?;

    let mut milliseconds = CLIENTS.map(|_| Vec::with_capacity(repetitions));
    for _ in 0..repetitions {
        for (client, milliseconds) in CLIENTS.iter().zip(&mut milliseconds) {
            milliseconds.push(measure(client, &challenge)?);
        }
    }
    for (client, mut milliseconds) in CLIENTS.iter().zip(milliseconds) {
        milliseconds.sort_by(f64::total_cmp);
        let median = milliseconds.get(repetitions / 2).ok_or("nothing was measured")?;
        println!("{}", json!({ "name": client.name, "milliseconds": median }));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn measure(client: &Client, challenge: &Challenge) -> Outcome<f64> {
    let started = Instant::now();
    let claim = (client.sign_in)(&mut |srp_a| {
        black_box(srp_a);
        Ok(challenge.clone())
    })?;
    black_box(claim.signature);
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

/// Signs in to a simulated service, and returns the challenge of the service.
fn verify(client: &Client) -> Outcome<Challenge> {
    let config = Config::from_json(include_str!("../../pool.json"))?;
    let mut service = Simulator::from_config([7; 32], NOW, config)?;
    let mut last_challenge = None;
    let claim = (client.sign_in)(&mut |srp_a| {
        let parameters = json!({ "USERNAME": USERNAME, "SRP_A": srp_a });
        let members = json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters });
        let answer = call(&mut service, "InitiateAuth", members)?;
        let parameters = &answer["ChallengeParameters"];
        let text = |name: &str| parameters[name].as_str().map(str::to_owned).ok_or(format!("no {name} in {answer}"));
        let challenge = Challenge {
            user_id: text("USER_ID_FOR_SRP")?,
            salt: text("SALT")?,
            srp_b: text("SRP_B")?,
            secret_block: text("SECRET_BLOCK")?,
        };
        last_challenge = Some(challenge.clone());
        Ok(challenge)
    })?;
    let challenge = last_challenge.ok_or("the client sent no A")?;
    let responses = json!({
        "USERNAME": challenge.user_id,
        "PASSWORD_CLAIM_SECRET_BLOCK": challenge.secret_block,
        "PASSWORD_CLAIM_SIGNATURE": claim.signature,
        "TIMESTAMP": claim.timestamp,
    });
    let members = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
    let answer = call(&mut service, "RespondToAuthChallenge", members)?;
    if answer["AuthenticationResult"]["AccessToken"].is_string() {
        Ok(challenge)
    } else {
        Err(format!("{} failed to sign in: {answer}", client.name).into())
    }
}

fn call(service: &mut Simulator, operation: &str, mut members: Value) -> Outcome<Value> {
    members["ClientId"] = json!(CLIENT_ID);
    let headers = [("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))].into_iter().collect();
    let request = Request::post("https://example.com/", headers, members.to_string().into_bytes());
    Ok(serde_json::from_slice(service.handle(NOW, &request).body())?)
}

/// Signs in with the core and an `a` of `BYTES` bytes.
fn core<const BYTES: usize>(ask: Ask<'_>) -> Outcome<Claim> {
    let mut a = [0; BYTES];
    getrandom::fill(&mut a)?;
    let key = EphemeralKey::from_bytes(&a)?;
    let Challenge { user_id, salt, srp_b, secret_block } = ask(&key.srp_a())?;
    let identity = Identity { pool: POOL_NAME, user: &user_id, password: PASSWORD };
    let timestamp = NOW.cognito_text();
    let signature = key.exchange(identity, &salt, &srp_b)?.claim_signature(&secret_block, &timestamp)?;
    Ok(Claim { signature, timestamp })
}

fn cognito_srp(ask: Ask<'_>) -> Outcome<Claim> {
    let client = cognito_srp::SrpClient::new(USERNAME, PASSWORD, POOL_ID, CLIENT_ID, None);
    let parameters = client.get_auth_params()?;
    let challenge = ask(parameters.get("SRP_A").ok_or("SRP_A is absent")?)?;
    let parameters = [
        ("USER_ID_FOR_SRP", challenge.user_id),
        ("SALT", challenge.salt),
        ("SRP_B", challenge.srp_b),
        ("SECRET_BLOCK", challenge.secret_block),
    ];
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut responses = client.process_challenge(parameters)?;
    let mut take = |name: &str| responses.remove(name).ok_or(format!("{name} is absent"));
    Ok(Claim { signature: take("PASSWORD_CLAIM_SIGNATURE")?, timestamp: take("TIMESTAMP")? })
}

fn aws_cognito_srp(ask: Ask<'_>) -> Outcome<Claim> {
    let user = aws_cognito_srp::User::new(POOL_ID, USERNAME, PASSWORD);
    let client = aws_cognito_srp::SrpClient::new(user, CLIENT_ID, None);
    let Challenge { user_id, salt, srp_b, secret_block } = ask(&client.get_auth_parameters().a)?;
    let claim = client.verify(&secret_block, &user_id, &salt, &srp_b)?;
    Ok(Claim { signature: claim.password_claim_signature, timestamp: claim.timestamp })
}
