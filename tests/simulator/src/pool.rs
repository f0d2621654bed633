//! A user pool: its users, and the sign-ins that are under way in it.

use alloc::collections::BTreeMap;
use core::fmt;

use cognito_core::Timestamp;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::pool_config::PoolConfig;
use crate::sign_in::Progress;
use crate::sign_in::session::ChallengeSessions;
use crate::srp::KeyExchange;
use crate::user::User;

/// All pools by id.
#[derive(Debug, Default)]
pub(crate) struct Pools(pub(crate) BTreeMap<String, Pool>);

impl Pools {
    pub(crate) fn get(&self, id: &str) -> Result<&Pool, Failure> {
        self.0.get(id).ok_or_else(|| unknown_pool(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut Pool, Failure> {
        self.0.get_mut(id).ok_or_else(|| unknown_pool(id))
    }
}

fn unknown_pool(id: &str) -> Failure {
    Failure::not_found(format!("User pool {id} does not exist."))
}

pub(crate) struct Pool {
    pub(crate) id: String,
    /// The rules. Its lists of clients and users are what the pool began with, and are empty here.
    pub(crate) config: PoolConfig,
    pub(crate) created: u64,
    /// Users by canonical name, folded.
    users: BTreeMap<String, User>,
    /// SRP exchanges by SECRET_BLOCK. An exchange is taken out by its first answer.
    exchanges: BTreeMap<String, Exchange>,
    pub(crate) challenges: ChallengeSessions,
}

impl Pool {
    pub(crate) fn new(id: String, config: PoolConfig, created: u64) -> Self {
        Self {
            id,
            config,
            created,
            users: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            challenges: ChallengeSessions::default(),
        }
    }

    /// The part of the id that SRP hashes.
    pub(crate) fn group(&self) -> &str {
        self.id.split_once('_').map_or(self.id.as_str(), |(_, name)| name)
    }

    pub(crate) fn region(&self) -> &str {
        self.id.split_once('_').map_or("", |(region, _)| region)
    }

    pub(crate) fn issuer(&self) -> String {
        format!("https://cognito-idp.{}.amazonaws.com/{}", self.region(), self.id)
    }

    pub(crate) fn fold(&self, name: &str) -> String {
        if self.config.case_sensitive { name.to_owned() } else { name.to_lowercase() }
    }

    /// The user who goes by this name: a canonical name, or an alias that works.
    pub(crate) fn find(&self, typed: &str) -> Option<&User> {
        self.users.get(&self.key(typed)?)
    }

    pub(crate) fn find_mut(&mut self, typed: &str) -> Option<&mut User> {
        self.users.get_mut(&self.key(typed)?)
    }

    /// The user of this canonical name.
    pub(crate) fn user_mut(&mut self, username: &str) -> Option<&mut User> {
        self.users.get_mut(&self.fold(username))
    }

    pub(crate) fn user(&self, username: &str) -> Option<&User> {
        self.users.get(&self.fold(username))
    }

    pub(crate) fn user_by_sub(&self, sub: &str) -> Option<&User> {
        self.users.values().find(|user| user.sub == sub)
    }

    pub(crate) fn user_by_sub_mut(&mut self, sub: &str) -> Option<&mut User> {
        self.users.values_mut().find(|user| user.sub == sub)
    }

    pub(crate) fn insert(&mut self, user: User) {
        self.users.insert(self.fold(&user.username), user);
    }

    pub(crate) fn remove(&mut self, username: &str) {
        self.users.remove(&self.fold(username));
    }

    pub(crate) fn user_count(&self) -> usize {
        self.users.len()
    }

    fn key(&self, typed: &str) -> Option<String> {
        let folded = self.fold(typed);
        if self.users.contains_key(&folded) {
            return Some(folded);
        }
        self.users.iter().find(|(_, user)| self.goes_by(user, &folded)).map(|(key, _)| key.clone())
    }

    fn goes_by(&self, user: &User, folded: &str) -> bool {
        let has = |name: &String| user.attributes.get(name).is_some_and(|value| self.fold(value) == folded);
        let signs_in = |name: &&String| name.as_str() == "preferred_username" || user.is_verified(name);
        self.config.username_attributes.iter().any(has) || self.config.alias_attributes.iter().filter(signs_in).any(has)
    }

    /// Gives an alias to a user, made or about to be made. It belongs to one user at a time: one who has it already keeps
    /// it unless `force`.
    pub(crate) fn take_alias(
        &mut self,
        taker: &str,
        attribute: &str,
        value: Option<&String>,
        force: bool,
    ) -> Result<(), Failure> {
        let names = |list: &[String]| list.iter().any(|name| name == attribute);
        let is_alias = names(&self.config.alias_attributes);
        let is_username = names(&self.config.username_attributes);
        let Some(value) = value.filter(|_| is_alias || is_username) else { return Ok(()) };
        let holds = |user: &User| {
            let same = user.attributes.get(attribute).is_some_and(|held| self.fold(held) == self.fold(value));
            // A preferred user name needs no code, so that it counts at once.
            let counts = is_username || attribute == "preferred_username" || user.is_verified(attribute);
            same && user.username != taker && counts
        };
        let Some(key) = self.users.iter().find(|(_, user)| holds(user)).map(|(key, _)| key.clone()) else {
            return Ok(());
        };
        if !force || is_username {
            let text = format!("An account with the {attribute} already exists.");
            return Err(Failure::new("AliasExistsException", text));
        }
        if let Some(holder) = self.users.get_mut(&key) {
            holder.set_verified(attribute, false);
        }
        Ok(())
    }

    /// Remembers an exchange until it is answered or too old.
    pub(crate) fn open_exchange(&mut self, secret_block: String, exchange: Exchange, now: Timestamp) {
        self.exchanges.retain(|_, exchange| now < exchange.expires);
        self.exchanges.insert(secret_block, exchange);
    }

    /// An exchange that can still be answered.
    pub(crate) fn exchange(&self, secret_block: &str, now: Timestamp) -> Option<&Exchange> {
        self.exchanges.get(secret_block).filter(|exchange| now < exchange.expires)
    }

    pub(crate) fn exchange_mut(&mut self, secret_block: &str) -> Option<&mut Exchange> {
        self.exchanges.get_mut(secret_block)
    }

    /// Takes an exchange out, so that it is answered once.
    pub(crate) fn take_exchange(&mut self, secret_block: &str, now: Timestamp) -> Option<Exchange> {
        self.exchanges.remove(secret_block).filter(|exchange| now < exchange.expires)
    }

    fn recovery(&self) -> Vec<Value> {
        let options = self.config.account_recovery.iter().zip(1..);
        options.map(|(name, priority)| json!({ "Name": name, "Priority": priority })).collect()
    }

    /// The custom attributes, and the standard ones that are not as they are everywhere.
    fn schema(&self) -> Vec<Value> {
        let config = &self.config;
        let custom: Vec<_> = config.custom_attributes.iter().map(|name| format!("custom:{name}")).collect();
        let mut names: Vec<&String> = custom.iter().chain(&config.required_attributes).collect();
        names.extend(config.immutable_attributes.iter().filter(|name| !name.starts_with("custom:")));
        names.sort();
        names.dedup();
        let describe = |name: &&String| {
            json!({
                "Name": name,
                "AttributeDataType": "String",
                "Mutable": !config.immutable_attributes.contains(name),
                "Required": config.required_attributes.contains(name),
            })
        };
        names.iter().map(describe).collect()
    }

    /// `UserPoolType` of the API.
    pub(crate) fn description(&self) -> Value {
        let config = &self.config;
        let policy = config.password_policy;
        let mut description = json!({
            "Id": self.id,
            "Name": config.name,
            "Arn": format!("arn:aws:cognito-idp:{}:123456789012:userpool/{}", self.region(), self.id),
            "Policies": { "PasswordPolicy": {
                "MinimumLength": policy.minimum_length,
                "RequireUppercase": policy.require_uppercase,
                "RequireLowercase": policy.require_lowercase,
                "RequireNumbers": policy.require_numbers,
                "RequireSymbols": policy.require_symbols,
                "TemporaryPasswordValidityDays": policy.temporary_password_validity_days,
            }},
            "DeletionProtection": "INACTIVE",
            "LambdaConfig": {},
            "CreationDate": self.created,
            "LastModifiedDate": self.created,
            "AutoVerifiedAttributes": config.auto_verified_attributes,
            "AliasAttributes": config.alias_attributes,
            "UsernameAttributes": config.username_attributes,
            "UsernameConfiguration": { "CaseSensitive": config.case_sensitive },
            "SchemaAttributes": self.schema(),
            "MfaConfiguration": config.mfa_configuration,
            "AccountRecoverySetting": { "RecoveryMechanisms": self.recovery() },
            "EstimatedNumberOfUsers": self.user_count(),
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": config.allow_admin_create_user_only },
        });
        if let (Some(devices), Some(members)) = (config.device_configuration, description.as_object_mut()) {
            let devices = json!({
                "ChallengeRequiredOnNewDevice": devices.challenge_required_on_new_device,
                "DeviceOnlyRememberedOnUserPrompt": devices.device_only_remembered_on_user_prompt,
            });
            members.insert("DeviceConfiguration".to_owned(), devices);
        }
        description
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("id", &self.id).field("users", &self.users).finish_non_exhaustive()
    }
}

/// An SRP exchange between its two messages.
pub(crate) struct Exchange {
    /// How far the sign-in has come. The answer must bear the name in it.
    pub(crate) progress: Progress,
    pub(crate) client_id: String,
    pub(crate) keys: KeyExchange,
    pub(crate) expires: Timestamp,
}
