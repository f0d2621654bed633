//! The sources of the configuration, and the location of the store.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;

use serde_json::json;

use crate::stage::{RunResult, Stage, UNREACHABLE, run_result};

fn write_profiles(stage: &Stage, text: &str, mode: u32) {
    let folder = stage.folders().0;
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("profiles.toml");
    fs::write(&file, text).unwrap();
    set_mode(&file, mode);
}

#[cfg(unix)]
fn set_mode(file: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_file: &std::path::Path, _mode: u32) {}

fn profile(stage: &Stage, endpoint: &str) -> String {
    let (pool, client) = (&stage.user_pool_id, &stage.client_id);
    format!("user_pool_id = \"{pool}\"\nclient_id = \"{client}\"\nendpoint = \"{endpoint}\"\nusername = \"bob\"\n")
}

/// Runs `cognito resend` for a user who does not exist. A pool that can be reached rejects the request.
fn resend(stage: &Stage, arguments: &[&str], variables: &[(&str, &str)]) -> RunResult {
    let arguments: Vec<&str> = ["resend", "--json"].into_iter().chain(arguments.iter().copied()).collect();
    run_result(&stage.unconfigured_command(&arguments).envs(variables.iter().copied()).output().unwrap())
}

#[test]
fn flags_override_the_environment_which_overrides_the_profile() {
    let stage = Stage::new("precedence");
    let url = stage.server.url();
    let profiles = format!("[near]\n{}[far]\n{}", profile(&stage, &url), profile(&stage, UNREACHABLE));
    write_profiles(&stage, &profiles, 0o600);
    let (reached, not_reached) = (3, 4);
    for (arguments, variables, code) in [
        (&["--profile", "near"][..], &[][..], reached),
        (&["--profile", "far"], &[], not_reached),
        (&[], &[("COGNITO_PROFILE", "near")], reached),
        (&["--profile", "far"], &[("COGNITO_PROFILE", "near")], not_reached),
        (&["--profile", "far"], &[("COGNITO_ENDPOINT", &*url)], reached),
        (&["--profile", "near"], &[("COGNITO_ENDPOINT", UNREACHABLE)], not_reached),
        (&["--profile", "far", "--endpoint", &url], &[("COGNITO_ENDPOINT", UNREACHABLE)], reached),
    ] {
        resend(&stage, arguments, variables).error(code);
    }
}

#[test]
fn without_a_name_the_default_profile_is_read() {
    let stage = Stage::new("default_profile");
    assert_eq!(resend(&stage, &[], &[]).error(2)["kind"], "Usage");
    write_profiles(&stage, &format!("[default]\n{}", profile(&stage, &stage.server.url())), 0o600);
    assert_eq!(resend(&stage, &[], &[]).error(3)["code"], "UserNotFoundException");
    let missing = resend(&stage, &["--profile", "other"], &[]).error(2);
    assert_eq!(missing["message"], "there is no profile other in profiles.toml");
}

#[test]
fn an_error_in_a_profile_names_the_file_and_quotes_no_line() {
    let stage = Stage::new("broken_profile");
    for (text, problem) in [
        ("[default]\nclient_secret = hunter2\n", "invalid TOML at line 2"),
        ("[default]\nclient_sekret = \"hunter2\"\n", "unknown"),
        ("[default]\nclient_secret = [\"hunter2\"]\n", "not a string"),
        ("client_secret = \"hunter2\"\n", "put it into a section such as [default]"),
    ] {
        write_profiles(&stage, text, 0o600);
        let error = resend(&stage, &[], &[]).error(2).to_string();
        assert!(error.contains(problem) && error.contains("profiles.toml") && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn completions_are_printed_even_if_the_profile_is_invalid() {
    let stage = Stage::new("completions_profile");
    write_profiles(&stage, "nonsense", 0o600);
    assert_eq!(stage.run(&["token"]).code, 2);
    assert!(stage.text(&["completions", "bash"]).contains("sign-up"));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let stage = Stage::signed_in("empty_variables");
    let variables = ["STORE", "PROFILE", "REGION", "USERNAME", "CLIENT_SECRET"].map(|name| format!("COGNITO_{name}"));
    let variables = variables.each_ref().map(|name| (&**name, ""));
    assert!(stage.with_env(&["token"], &variables).text().starts_with("ey"));
}

#[cfg(unix)]
#[test]
fn a_client_secret_that_other_users_can_read_causes_a_warning() {
    let stage = Stage::new("open_profile");
    let secret = format!("[default]\n{}client_secret = \"s3cr3t\"\n", profile(&stage, &stage.server.url()));
    for (text, mode, has_warning) in [(&*secret, 0o644, true), (&secret, 0o600, false), ("[default]\n", 0o644, false)] {
        write_profiles(&stage, text, mode);
        let stderr = resend(&stage, &[], &[]).stderr;
        assert_eq!(stderr.starts_with(r#"{"warning":"#), has_warning, "{stderr}");
        assert!(!stderr.contains("s3cr3t"));
    }
}

#[test]
fn an_app_client_with_a_secret_signs_in() {
    let client = json!({ "name": "app", "secret": "0example0secret0of0the0app0client0" });
    let stage = Stage::with_changes("client_secret", json!({ "clients": [client] }));
    let sign_in = ["sign-in", "--username", "alice"];
    let password = ("COGNITO_PASSWORD", crate::stage::PASSWORD);
    let secret = ("COGNITO_CLIENT_SECRET", "0example0secret0of0the0app0client0");
    assert_eq!(stage.with_env(&sign_in, &[password, secret]).text(), "Signed in as alice.\n");
    assert_eq!(stage.with_env(&sign_in, &[password]).code, 3);
}

#[test]
fn the_region_selects_the_aws_endpoint() {
    let stage = Stage::new("region");
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let variables = [
        ("COGNITO_USER_POOL_ID", &*stage.user_pool_id),
        ("COGNITO_CLIENT_ID", &stage.client_id),
        ("COGNITO_USERNAME", "bob"),
        ("HTTPS_PROXY", &url),
    ];
    // The proxy reads the destination of the request, and closes the connection.
    let host = thread::spawn(move || {
        let (first, _) = proxy.accept().unwrap();
        let mut line = String::new();
        BufReader::new(first).read_line(&mut line).unwrap();
        line
    });
    assert_eq!(resend(&stage, &["--region", "eu-west-1"], &variables).error(4)["kind"], "NotReached");
    assert!(host.join().unwrap().starts_with("CONNECT cognito-idp.eu-west-1.amazonaws.com:443 "));
    let wrong = resend(&stage, &["--region", "No Region"], &variables).error(2);
    assert!(wrong["message"].as_str().unwrap().starts_with("region: "), "{wrong}");
}

/// Starts a proxy that answers every request with 403, and returns its URL. A local host would bypass it.
fn proxy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut line = String::new();
            BufReader::new(connection.as_ref().unwrap()).read_line(&mut line).unwrap();
            drop(connection);
        }
    });
    url
}

#[test]
fn plain_http_to_another_machine_must_be_allowed() {
    let stage = Stage::new("allow_http");
    let proxy = proxy();
    let url = "http://localstack:4566";
    let profiles = format!("[open]\n{0}allow_http = true\n[closed]\n{0}allow_http = false\n", profile(&stage, url));
    write_profiles(&stage, &profiles, 0o600);
    for (arguments, variable, is_allowed) in [
        (&["--profile", "closed"][..], None, false),
        (&["--profile", "closed", "--allow-http"], None, true),
        (&["--profile", "closed"], Some("true"), true),
        (&["--profile", "closed"], Some(""), false),
        (&["--profile", "open"], None, true),
        (&["--profile", "open"], Some("0"), false),
        (&["--profile", "open", "--allow-http=false"], Some("1"), false),
        (&["--profile", "open"], Some(""), true),
    ] {
        let mut variables = vec![("HTTP_PROXY", &*proxy), ("http_proxy", &*proxy)];
        variables.extend(variable.map(|value| ("COGNITO_ALLOW_HTTP", value)));
        let result = resend(&stage, arguments, &variables);
        let lines: Vec<&str> = result.stderr.lines().collect();
        if is_allowed {
            // The request leaves, but there is no such machine.
            assert!(lines[0].starts_with(r#"{"warning":"requests to http://localstack:4566/ are not"#), "{lines:?}");
            assert_eq!((lines.len(), result.code), (2, 4), "{lines:?}");
        } else {
            assert_eq!((lines.len(), result.code), (1, 2), "{lines:?}");
            assert!(lines[0].contains("--allow-http"), "{lines:?}");
        }
    }
    assert_eq!(resend(&stage, &["--profile", "open"], &[("COGNITO_ALLOW_HTTP", "maybe")]).code, 2);
}

#[test]
fn https_and_this_machine_need_no_permission() {
    let stage = Stage::signed_in("no_allow_http");
    assert_eq!(stage.run(&["whoami", "--allow-http"]).stderr, "");
    let invalid = resend(
        &stage,
        &["--allow-http", "--endpoint", "ftp://a"],
        &[
            ("COGNITO_USER_POOL_ID", &stage.user_pool_id),
            ("COGNITO_CLIENT_ID", &stage.client_id),
            ("COGNITO_USERNAME", "bob"),
        ],
    );
    assert!(invalid.error(2)["message"].as_str().unwrap().contains("https://"));
}

#[test]
fn spaces_around_the_client_secret_and_name_are_removed() {
    let client = json!({ "name": "app", "secret": "0example0secret0of0the0app0client0" });
    let stage = Stage::with_changes("trimmed_secret", json!({ "clients": [client] }));
    let password = ("COGNITO_PASSWORD", crate::stage::PASSWORD);
    let secret = ("COGNITO_CLIENT_SECRET", "0example0secret0of0the0app0client0\n");
    let named = ("COGNITO_USERNAME", "alice\n");
    assert_eq!(stage.with_env(&["sign-in"], &[password, secret, named]).text(), "Signed in as alice.\n");
    let text = format!("[default]\n{}", profile(&stage, &stage.server.url()).replace("bob", " alice "));
    write_profiles(&stage, &format!("{text}client_secret = \"0example0secret0of0the0app0client0\\r\\n\"\n"), 0o600);
    let mut command = stage.unconfigured_command(&["sign-in"]);
    command.envs([password, ("COGNITO_CLIENT_SECRET", " ")]);
    assert_eq!(run_result(&command.output().unwrap()).text(), "Signed in as alice.\n");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_default_store_and_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::signed_in("store");
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = stage.folders().1;
    assert_eq!((mode(&folder), mode(&folder.join("sessions.json"))), (0o700, 0o600));
}

#[test]
fn each_store_has_its_own_sessions() {
    let stage = Stage::signed_in("two_stores");
    let store = stage.path("other.json");
    assert_eq!(stage.run(&["token", "--store", &store, "--json"]).error(5)["kind"], "NotSignedIn");
    assert_eq!(stage.run(&["token"]).code, 0);
}

#[test]
fn the_default_user_is_the_user_who_signed_in_last() {
    let users: Vec<_> =
        ["alice", "bob"].map(|name| json!({ "username": name, "password": crate::stage::PASSWORD })).into();
    let stage = Stage::with_changes("users", json!({ "users": users }));
    for name in ["bob", "alice"] {
        let result = stage.with_env(&["sign-in", "--username", name], &[("COGNITO_PASSWORD", crate::stage::PASSWORD)]);
        assert_eq!(result.code, 0);
    }
    assert_eq!(stage.json(&["whoami"])["username"], "alice");
    assert_eq!(stage.json(&["whoami", "--username", "bob"])["username"], "bob");
}

#[test]
fn a_bundle_that_cannot_be_read_fails_every_request() {
    let stage = Stage::new("ca_bundle");
    let bundle = stage.path("no-such-bundle.pem");
    let variables = [
        ("COGNITO_USER_POOL_ID", &*stage.user_pool_id),
        ("COGNITO_CLIENT_ID", &stage.client_id),
        ("COGNITO_USERNAME", "bob"),
        ("COGNITO_ENDPOINT", "https://127.0.0.1:1"),
    ];
    let closed = resend(&stage, &[], &variables).error(4);
    assert!(closed["message"].as_str().unwrap().contains("cannot connect to 127.0.0.1:1"), "{closed}");
    // A listener that accepts, so that the certificates are needed.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    let with_option = resend(&stage, &["--ca-bundle", &bundle, "--endpoint", &endpoint], &variables[..3]);
    let with_variable =
        [&variables[..3], &[("COGNITO_ENDPOINT", &*endpoint), ("COGNITO_CA_BUNDLE", &*bundle)]].concat();
    for output in [with_option, resend(&stage, &[], &with_variable)] {
        let error = output.error(4);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("no-such-bundle.pem cannot be read"), "{message}");
    }
}
