//! The simulator, which holds the user pools and identity pools of one AWS region and handles requests.

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use cognito_core::{Headers, Request, Response, Timestamp};
use serde::Serialize;

use crate::attribute::{Writer, accept_pairs};
use crate::client::Client;
use crate::config::{ClientConfig, Config, ConfigError, UserConfig};
use crate::date;
use crate::failure::Failure;
use crate::faults::{Fault, Faults, Outcome};
use crate::identity_pool::IdentityPools;
use crate::jwt;
use crate::message::Message;
use crate::mfa;
use crate::naming::name_user;
use crate::operation;
use crate::pool::{Pool, Pools};
use crate::pool_config::PoolConfig;
use crate::protocol::{ParsedRequest, Protocol};
use crate::random::Random;
use crate::tokens::Tokens;
use crate::user::{User, UserStatus};
use crate::validation::{CLIENT_ID, Checks, USERNAME};

/// A simulated Amazon Cognito.
///
/// The simulator performs no I/O and reads no clock. The same seed, requests and times lead to the same
/// responses, byte for byte.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) region: String,
    pub(crate) random: Random,
    pub(crate) pools: Pools,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) tokens: Tokens,
    pub(crate) identity_pools: IdentityPools,
    pub(crate) messages: Vec<Message>,
    faults: Faults,
}

impl Simulator {
    /// Returns the names of the simulated operations of a service.
    ///
    /// The service is `cognito-idp`, `cognito-identity` or `sts`.
    #[must_use]
    pub fn operations(service: &str) -> Vec<&'static str> {
        operation::names(service)
    }

    /// Creates a simulator of the region `us-east-1` without pools.
    ///
    /// All ids, secrets and codes are derived from the seed.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            region: Config::default().region,
            random: Random::new(seed),
            pools: Pools::default(),
            clients: BTreeMap::new(),
            tokens: Tokens::default(),
            identity_pools: IdentityPools::default(),
            messages: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// Creates a simulator with the pools, app clients and users of a configuration.
    ///
    /// The creation dates are `now`.
    ///
    /// # Errors
    /// The configuration is invalid.
    pub fn from_config(seed: [u8; 32], now: Timestamp, config: Config) -> Result<Self, ConfigError> {
        let mut simulator = Self { region: config.region, ..Self::new(seed) };
        for pool in config.pools {
            simulator.create_pool(now, pool)?;
        }
        for pool in config.identity_pools {
            simulator.create_identity_pool(now, pool)?;
        }
        Ok(simulator)
    }

    /// Handles one request to user pools, identity pools or the Security Token Service, and returns the
    /// response.
    ///
    /// The URL of the request has no effect. Planned faults have no effect either: see
    /// [`exchange`](Self::exchange).
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Response {
        let parsed = ParsedRequest::new(request);
        let headers = self.headers(now, parsed.protocol);
        let result = operation::run(self, now, &parsed);
        parsed.answer(result, headers)
    }

    /// Handles one request like [`handle`](Self::handle), but with the fault that is planned for this
    /// request, if any.
    pub fn exchange(&mut self, now: Timestamp, request: &Request) -> Outcome {
        let ParsedRequest { name, protocol, .. } = ParsedRequest::new(request);
        let Some(fault) = self.faults.take(&name) else { return Outcome::Answer(self.handle(now, request)) };
        match fault {
            Fault::LoseBefore => Outcome::LostBefore,
            Fault::LoseAfter => {
                let _ = self.handle(now, request);
                Outcome::LostAfter
            }
            Fault::Delay { millis } => Outcome::Late(Duration::from_millis(millis), self.handle(now, request)),
            Fault::Truncate => Outcome::Cut(self.handle(now, request)),
            fault => {
                let headers = self.headers(now, protocol);
                Outcome::Answer(fault.answer(protocol, headers).unwrap_or_else(|| self.handle(now, request)))
            }
        }
    }

    /// Returns the planned faults, to which a test can add.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn headers(&mut self, now: Timestamp, protocol: Protocol) -> Headers {
        let mut headers = Headers::new();
        headers.push("content-type", protocol.content_type());
        headers.push("x-amzn-requestid", self.random.uuid());
        headers.push("date", date::imf_fixdate(now));
        headers
    }

    /// Returns all messages that were sent to users, oldest first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Returns the user pools, sorted by id.
    ///
    /// The app clients of each pool are in the order of their creation.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolSummary> {
        let clients_of = |id: &str| {
            let mut clients: Vec<_> = self.clients.values().filter(|client| client.pool_id == id).collect();
            clients.sort_by_key(|client| client.number);
            clients.into_iter().map(ClientSummary::new).collect()
        };
        self.pools.0.keys().map(|id| PoolSummary { id: id.clone(), clients: clients_of(id) }).collect()
    }

    /// Returns the JSON Web Key Set of a user pool, or `None` if the pool does not exist.
    #[must_use]
    pub fn jwks(&self, pool_id: &str) -> Option<String> {
        self.pools.get(pool_id).ok().map(|_| jwt::key_set().to_string())
    }

    /// Creates a user pool with its app clients and users, and returns the pool id.
    ///
    /// # Errors
    /// The configuration is invalid, or an id already exists. A part of the pool may exist after an error.
    pub fn create_pool(&mut self, now: Timestamp, mut config: PoolConfig) -> Result<String, ConfigError> {
        let id = config.id.take().unwrap_or_else(|| format!("{}_{}", self.region, self.random.alphanumeric(9)));
        let (clients, users) = (core::mem::take(&mut config.clients), core::mem::take(&mut config.users));
        self.add_pool(&id, config, now)?;
        for client in clients {
            self.create_client(now, &id, client)?;
        }
        for user in users {
            self.create_user(now, &id, user)?;
        }
        Ok(id)
    }

    /// Creates an app client.
    ///
    /// # Errors
    /// The pool does not exist, or the client id is invalid or already exists.
    pub fn create_client(
        &mut self,
        now: Timestamp,
        pool_id: &str,
        config: ClientConfig,
    ) -> Result<ClientSummary, ConfigError> {
        Ok(ClientSummary::new(&self.add_client(pool_id, config, now)?))
    }

    /// Creates a user and returns the canonical user name.
    ///
    /// The password policy of the pool does not apply.
    ///
    /// # Errors
    /// The pool does not exist, the configuration is invalid, or the name or an alias belongs to another
    /// user.
    pub fn create_user(&mut self, now: Timestamp, pool_id: &str, config: UserConfig) -> Result<String, ConfigError> {
        let Self { pools, random, .. } = self;
        let pool = pools.get_mut(pool_id)?;
        let mut checks = Checks::default();
        let typed = checks.required("username", Some(config.username), &USERNAME);
        checks.finish()?;
        let mut attributes = accept_pairs(config.attributes, &pool.config, Writer::Administrator)?;
        let name = name_user(pool, &typed, &mut attributes, "User already exists", random)?;
        let mut user = User::new(name.username, name.sub, config.status, now);
        user.attributes = attributes;
        for attribute in ["email", "phone_number"] {
            let is_set = user.attributes.contains_key(&format!("{attribute}_verified"));
            if user.attributes.contains_key(attribute) && !is_set {
                user.set_verified(attribute, config.status != UserStatus::Unconfirmed);
            }
        }
        user.enabled = config.enabled;
        mfa::set_up(&mut user, &pool.config.mfa_factors, &config.mfa)?;
        if let Some(password) = &config.password {
            user.set_password(pool.group(), password, random, now);
        }
        for attribute in ["email", "phone_number", "preferred_username"] {
            if attribute == "preferred_username" || user.is_verified(attribute) {
                pool.take_alias(&user.username, attribute, user.attributes.get(attribute), false)?;
            }
        }
        let username = user.username.clone();
        pool.insert(user);
        Ok(username)
    }

    pub(crate) fn add_pool(&mut self, id: &str, config: PoolConfig, now: Timestamp) -> Result<&Pool, Failure> {
        if !is_pool_id(id) {
            return Err(Failure::invalid_parameter(format!(
                "invalid pool id {id:?}: use the form us-east-1_Example01"
            )));
        }
        if self.pools.get(id).is_ok() {
            return Err(Failure::invalid_parameter(format!("a user pool with the id {id} already exists")));
        }
        check_attributes(&config)?;
        if config.custom_auth.as_ref().is_some_and(|script| script.rounds.is_empty()) {
            return Err(Failure::invalid_parameter("custom_auth: add at least one round"));
        }
        self.pools.0.insert(id.to_owned(), Pool::new(id.to_owned(), config, now.as_unix_seconds()));
        self.pools.get(id)
    }

    pub(crate) fn add_client(
        &mut self,
        pool_id: &str,
        config: ClientConfig,
        now: Timestamp,
    ) -> Result<Client, Failure> {
        let pool = self.pools.get(pool_id)?;
        let client = Client::new(&pool.id, config, self.clients.len(), now.as_unix_seconds(), &mut self.random);
        let mut checks = Checks::default();
        checks.required("clientId", Some(client.id.clone()), &CLIENT_ID);
        checks.finish()?;
        if self.clients.contains_key(&client.id) {
            return Err(Failure::invalid_parameter(format!("an app client with the id {} already exists", client.id)));
        }
        self.clients.insert(client.id.clone(), client.clone());
        Ok(client)
    }

    pub(crate) fn client_of(&self, pool_id: &str, id: &str) -> Result<Client, Failure> {
        let unknown = || Failure::not_found(format!("User pool client {id} does not exist."));
        self.client(id).ok().filter(|client| client.pool_id == pool_id).ok_or_else(unknown)
    }

    pub(crate) fn client(&self, id: &str) -> Result<Client, Failure> {
        let unknown = || Failure::not_found(format!("User pool client {id} does not exist."));
        self.clients.get(id).cloned().ok_or_else(unknown)
    }
}

fn is_pool_id(id: &str) -> bool {
    let is_part = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
    };
    id.len() <= 55 && id.split_once('_').is_some_and(|(region, name)| is_part(region, "-") && is_part(name, ""))
}

fn check_attributes(config: &PoolConfig) -> Result<(), Failure> {
    if !config.alias_attributes.is_empty() && !config.username_attributes.is_empty() {
        let text = "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.";
        return Err(Failure::invalid_parameter(text));
    }
    let sets: [(&str, &[String], &[&str]); 3] = [
        ("aliasAttributes", &config.alias_attributes, &["phone_number", "email", "preferred_username"]),
        ("usernameAttributes", &config.username_attributes, &["phone_number", "email"]),
        ("autoVerifiedAttributes", &config.auto_verified_attributes, &["phone_number", "email"]),
    ];
    for (member, names, known) in sets {
        let mut seen = BTreeSet::new();
        if let Some(wrong) = names.iter().find(|name| !known.contains(&name.as_str()) || !seen.insert(name.as_str())) {
            return Err(Failure::invalid_parameter(format!(
                "1 validation error detected: Value '[{wrong}]' at '{member}' failed to satisfy constraint: \
                 Member must satisfy enum value set: [{}]",
                known.join(", ")
            )));
        }
    }
    Ok(())
}

/// The id and the app clients of a user pool, as `cognito-sim` prints them.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PoolSummary {
    /// The pool id.
    pub id: String,
    /// The app clients of the pool.
    pub clients: Vec<ClientSummary>,
}

/// The id, name and secret of an app client.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ClientSummary {
    /// The client id.
    pub id: String,
    /// The client's name.
    pub name: String,
    /// The client secret, if the app client has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl ClientSummary {
    fn new(client: &Client) -> Self {
        Self { id: client.id.clone(), name: client.config.name.clone(), secret: client.secret.clone() }
    }
}
