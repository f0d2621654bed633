//! A user pool with its users, and the sign-ins in progress.

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

/// All user pools by id.
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
    /// The settings of the pool. The lists of clients and users in these settings are empty, because the pool
    /// was already created from them.
    pub(crate) config: PoolConfig,
    pub(crate) created: u64,
    /// All users by canonical name, in lower case unless the pool is case-sensitive.
    users: BTreeMap<String, User>,
    /// The SRP exchanges that were not answered yet, by SECRET_BLOCK. The first answer to an exchange removes
    /// the exchange.
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

    /// Returns the part of the pool id that SRP hashes, which is the name after the underscore.
    pub(crate) fn group(&self) -> &str {
        self.id.split_once('_').map_or(self.id.as_str(), |(_, name)| name)
    }

    pub(crate) fn region(&self) -> &str {
        self.id.split_once('_').map_or("", |(region, _)| region)
    }

    pub(crate) fn issuer(&self) -> String {
        format!("https://cognito-idp.{}.amazonaws.com/{}", self.region(), self.id)
    }

    /// Returns a name in the form in which names are compared: in lower case, unless the pool is
    /// case-sensitive.
    pub(crate) fn fold(&self, name: &str) -> String {
        if self.config.case_sensitive { name.to_owned() } else { name.to_lowercase() }
    }

    /// Returns the user with this canonical user name or active alias.
    pub(crate) fn find(&self, typed: &str) -> Option<&User> {
        self.users.get(&self.key(typed)?)
    }

    pub(crate) fn find_mut(&mut self, typed: &str) -> Option<&mut User> {
        self.users.get_mut(&self.key(typed)?)
    }

    /// Returns the user with this canonical name.
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
        self.users.iter().find(|(_, user)| self.has_name(user, &folded)).map(|(key, _)| key.clone())
    }

    fn has_name(&self, user: &User, folded: &str) -> bool {
        let has = |name: &String| user.attributes.get(name).is_some_and(|value| self.fold(value) == folded);
        let is_active = |name: &&String| name.as_str() == "preferred_username" || user.is_verified(name);
        self.config.username_attributes.iter().any(has)
            || self.config.alias_attributes.iter().filter(is_active).any(has)
    }

    /// Gives an alias to a user, who need not exist yet. An alias belongs to one user at a time.
    ///
    /// If another user has the alias, the result is an error. With `force`, the other user loses the alias
    /// instead, unless the pool uses the attribute as the user name.
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
            // A preferred user name is an alias immediately, because it needs no verification.
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

    /// Stores an SRP exchange until it is answered or expires.
    pub(crate) fn open_exchange(&mut self, secret_block: String, exchange: Exchange, now: Timestamp) {
        self.exchanges.retain(|_, exchange| now < exchange.expires);
        self.exchanges.insert(secret_block, exchange);
    }

    /// Returns an SRP exchange that can still be answered.
    pub(crate) fn exchange(&self, secret_block: &str, now: Timestamp) -> Option<&Exchange> {
        self.exchanges.get(secret_block).filter(|exchange| now < exchange.expires)
    }

    pub(crate) fn exchange_mut(&mut self, secret_block: &str) -> Option<&mut Exchange> {
        self.exchanges.get_mut(secret_block)
    }

    /// Removes and returns an SRP exchange, so that it can be answered only once.
    pub(crate) fn take_exchange(&mut self, secret_block: &str, now: Timestamp) -> Option<Exchange> {
        self.exchanges.remove(secret_block).filter(|exchange| now < exchange.expires)
    }

    fn recovery(&self) -> Vec<Value> {
        let options = self.config.account_recovery.iter().zip(1..);
        options.map(|(name, priority)| json!({ "Name": name, "Priority": priority })).collect()
    }

    /// Returns the custom attributes, and the standard attributes that differ from their defaults.
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

    /// Returns this pool as the API's `UserPoolType`.
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

/// An SRP exchange whose challenge was sent and has no answer yet.
pub(crate) struct Exchange {
    /// The progress of the sign-in. The answer to the challenge must contain the same user name.
    pub(crate) progress: Progress,
    pub(crate) client_id: String,
    pub(crate) keys: KeyExchange,
    pub(crate) expires: Timestamp,
}
