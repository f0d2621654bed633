//! The user and the sign-in that an access token belongs to.

use cognito_core::Timestamp;

use crate::failure::Failure;
use crate::pool::{Pool, Pools};
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};

/// The user of a valid access token, and the sign-in that the token comes from.
pub(crate) struct Bearer {
    pub(crate) pool_id: String,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// The id of the token's family. A family consists of all tokens of one sign-in.
    pub(crate) family: String,
}

/// Returns the bearer of a valid access token.
///
/// If the user is deleted or disabled, the error says so, even if the token is also revoked or expired.
pub(crate) fn bearer(simulator: &Simulator, token: &str, now: Timestamp) -> Result<Bearer, Failure> {
    let (id, family) = simulator.tokens.family_of_access(token)?;
    let bearer = Bearer {
        pool_id: family.pool_id.clone(),
        client_id: family.client_id.clone(),
        sub: family.sub.clone(),
        family: id.to_owned(),
    };
    let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
    if !user.enabled {
        return Err(Failure::disabled());
    }
    simulator.tokens.check_access(token, now)?;
    match user.status {
        UserStatus::ResetRequired => Err(Failure::reset_required()),
        _ => Ok(bearer),
    }
}

impl Bearer {
    pub(crate) fn user<'pool>(&self, pool: &'pool Pool) -> Result<&'pool User, Failure> {
        pool.user_by_sub(&self.sub).ok_or_else(Failure::user_not_found)
    }

    pub(crate) fn user_mut<'pools>(&self, pools: &'pools mut Pools) -> Result<&'pools mut User, Failure> {
        pools.get_mut(&self.pool_id)?.user_by_sub_mut(&self.sub).ok_or_else(Failure::user_not_found)
    }
}
