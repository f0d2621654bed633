//! The IAM role of credentials: role mappings by token and by rules.

use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{Answer, Refusal, Scene, open_client};
use cognito_testkit::{
    AmbiguousRoleResolution, IdentityPoolConfig, MappingRule, MatchType, RoleMapping, RoleMappingType, login_token,
};
use serde_json::{Value, json};

const ADMIN: &str = "arn:aws:iam::123456789012:role/admin";
const READER: &str = "arn:aws:iam::123456789012:role/reader";

fn mapping(kind: RoleMappingType, resolution: AmbiguousRoleResolution, rules: Vec<MappingRule>) -> RoleMapping {
    RoleMapping { kind, ambiguous_role_resolution: resolution, rules }
}

fn rule(claim: &str, match_type: MatchType, value: &str, role_arn: &str) -> MappingRule {
    MappingRule { claim: claim.to_owned(), match_type, value: value.to_owned(), role_arn: role_arn.to_owned() }
}

/// A scene with an identity pool that maps the claims of Google users to roles.
struct MappedPool {
    scene: Scene,
    pool: String,
}

impl MappedPool {
    fn new(mapping: RoleMapping) -> Self {
        let role_mappings = [(GOOGLE.to_owned(), mapping)].into();
        let (scene, pool) = identity_scene(IdentityPoolConfig { role_mappings, ..open_identity_pool() });
        Self { scene, pool }
    }

    #[track_caller]
    fn get_credentials(&mut self, claims: Value, custom: Option<&str>) -> Answer {
        let claims = claims.as_object().unwrap().clone();
        let claims = claims.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let token = login_token("https://accounts.google.com", GOOGLE_APP, "ann", self.scene.in_seconds(60), claims);
        let logins = json!({ GOOGLE: token });
        let identity = self.scene.get_id(&self.pool, logins.clone()).unwrap();
        let mut body = json!({ "IdentityId": identity, "Logins": logins });
        if let Some(custom) = custom {
            body["CustomRoleArn"] = json!(custom);
        }
        self.scene.call_identity_pools("GetCredentialsForIdentity", body)
    }

    /// Returns the ARN of the role that a Google user with these claims gets.
    #[track_caller]
    fn role(&mut self, claims: Value, custom: Option<&str>) -> Result<String, Refusal> {
        let answer = self.get_credentials(claims, custom)?;
        let key = text(&answer["Credentials"]["AccessKeyId"]);
        Ok(self.scene.simulator.credentials_owner(&key).unwrap().role_arn)
    }

    /// Checks that a Google user with these claims gets no credentials.
    #[track_caller]
    fn denied(&mut self, claims: Value, custom: Option<&str>) {
        assert_eq!(self.role(claims, custom).unwrap_err().name, "NotAuthorizedException");
    }
}

#[test]
fn a_token_selects_its_preferred_or_only_role() {
    let mut pool = MappedPool::new(mapping(RoleMappingType::Token, AmbiguousRoleResolution::Deny, vec![]));
    let both = json!({ "cognito:roles": [READER, ADMIN], "cognito:preferred_role": ADMIN });
    assert_eq!(pool.role(both.clone(), None).unwrap(), ADMIN);
    assert_eq!(pool.role(both, Some(READER)).unwrap(), READER);
    assert_eq!(pool.role(json!({ "cognito:roles": [READER] }), None).unwrap(), READER);
    let undecided = json!({ "cognito:roles": [READER, ADMIN] });
    pool.denied(undecided.clone(), None);
    assert_eq!(pool.role(undecided.clone(), Some(ADMIN)).unwrap(), ADMIN);
    pool.denied(undecided, Some(USER_ROLE));
    pool.denied(json!({}), None);
}

#[test]
fn the_pools_role_can_resolve_an_ambiguous_token() {
    let open = mapping(RoleMappingType::Token, AmbiguousRoleResolution::AuthenticatedRole, vec![]);
    let mut pool = MappedPool::new(open);
    assert_eq!(pool.role(json!({ "cognito:roles": [READER, ADMIN] }), None).unwrap(), USER_ROLE);
    assert_eq!(pool.role(json!({}), None).unwrap(), USER_ROLE);
}

#[test]
fn the_first_matching_rule_selects_the_role() {
    let rules = vec![
        rule("group", MatchType::Equals, "admins", ADMIN),
        rule("email", MatchType::Contains, "@example.com", READER),
    ];
    let mut pool = MappedPool::new(mapping(RoleMappingType::Rules, AmbiguousRoleResolution::Deny, rules));
    let admin = json!({ "group": "admins", "email": "ann@example.com" });
    assert_eq!(pool.role(admin.clone(), None).unwrap(), ADMIN);
    // A user can also request the role of another matching rule.
    assert_eq!(pool.role(admin, Some(READER)).unwrap(), READER);
    let reader = json!({ "group": "admins2", "email": "ann@example.com" });
    assert_eq!(pool.role(reader.clone(), None).unwrap(), READER);
    pool.denied(reader, Some(ADMIN));
    pool.denied(json!({ "email": "ann@example.org" }), None);
}

#[test]
fn a_rule_has_four_ways_to_compare_a_claim() {
    let cases = [
        (MatchType::Equals, "abc", [true, false, false]),
        (MatchType::Contains, "b", [true, true, false]),
        (MatchType::StartsWith, "ab", [true, false, false]),
        (MatchType::NotEqual, "abc", [false, true, true]),
    ];
    for (match_type, value, expected) in cases {
        let rules = vec![rule("claim", match_type, value, ADMIN)];
        let resolution = AmbiguousRoleResolution::AuthenticatedRole;
        let mut pool = MappedPool::new(mapping(RoleMappingType::Rules, resolution, rules));
        for (claim, expected) in ["abc", "xbc", "x"].into_iter().zip(expected) {
            let role = pool.role(json!({ "claim": claim }), None).unwrap();
            assert_eq!(role == ADMIN, expected, "{match_type:?} {claim}");
        }
        assert_eq!(pool.role(json!({}), None).unwrap(), USER_ROLE);
    }
}

#[test]
fn a_rule_matches_any_list_item_and_the_json_of_a_number() {
    let rules = vec![rule("groups", MatchType::Equals, "admins", ADMIN), rule("level", MatchType::Equals, "3", READER)];
    let mut pool = MappedPool::new(mapping(RoleMappingType::Rules, AmbiguousRoleResolution::Deny, rules));
    assert_eq!(pool.role(json!({ "groups": ["staff", "admins"] }), None).unwrap(), ADMIN);
    assert_eq!(pool.role(json!({ "groups": ["staff"], "level": 3 }), None).unwrap(), READER);
}

#[test]
fn a_mapping_for_an_app_client_precedes_that_of_its_pool() {
    let mut scene = Scene::with_alice();
    let (name, client) = (scene.provider(), scene.client.id.clone());
    let always = |role: &str| {
        let rules = vec![rule("sub", MatchType::NotEqual, "nobody", role)];
        mapping(RoleMappingType::Rules, AmbiguousRoleResolution::Deny, rules)
    };
    let role_mappings = [(name.clone(), always(READER)), (format!("{name}:{client}"), always(ADMIN))].into();
    let pool = scene.add_identity_pool(IdentityPoolConfig { role_mappings, ..open_identity_pool() });
    let logins = json!({ &name: scene.tokens().id });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    assert_eq!(scene.owner(&identity, logins).unwrap().1, ADMIN);
    scene.switch_client(open_client());
    let logins = json!({ &name: scene.tokens().id });
    assert_eq!(scene.owner(&identity, logins.clone()).unwrap().1, READER);
    // In the basic flow, users can also assume the roles that the rules name.
    let token = scene.open_id_token(&identity, logins).unwrap();
    assert!(scene.assume_role(ADMIN, &token, &[]).is_ok());
}

#[test]
fn without_a_mapping_no_role_can_be_requested() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    for role in [USER_ROLE, ADMIN] {
        let body = json!({ "IdentityId": identity, "Logins": logins, "CustomRoleArn": role });
        let refusal = scene.call_identity_pools("GetCredentialsForIdentity", body).unwrap_err();
        assert_eq!(refusal.name, "NotAuthorizedException");
    }
}

#[test]
fn a_configuration_file_can_define_role_mappings() {
    let text = r#"{"identity_pools":[{"role_mappings":{"accounts.google.com":{"type":"Rules",
        "ambiguous_role_resolution":"AuthenticatedRole",
        "rules":[{"claim":"group","match_type":"StartsWith","value":"a","role_arn":"arn:aws:iam::123456789012:role/a"}]}}}]}"#;
    let config = cognito_testkit::Config::from_json(text).unwrap();
    let mapping = &config.identity_pools[0].role_mappings[GOOGLE];
    assert_eq!(mapping.rules[0].match_type, MatchType::StartsWith);
    assert_eq!(mapping.ambiguous_role_resolution, AmbiguousRoleResolution::AuthenticatedRole);
    assert!(cognito_testkit::Config::from_json(&text.replace("Rules", "Guess")).is_err());
}
