//! Password resets with a code: whether a user may reset the password, and where the code is sent.

use crate::delivery::{Address, EMAIL, PHONE};
use crate::failure::Failure;
use crate::pool_config::RecoveryOption;
use crate::user::{User, UserStatus};

/// The way in which a user can reset a forgotten password.
pub(crate) enum Recovery {
    /// The user receives a code at this address.
    Code(Address),
    /// The user cannot reset the password. If the app client hides unknown users, the response also hides the
    /// reason.
    Refused(Failure),
}

/// Rejects every user of a pool in which only an administrator can reset passwords.
pub(crate) fn check_allowed(options: &[RecoveryOption]) -> Result<(), Failure> {
    if options.contains(&RecoveryOption::AdminOnly) {
        return Err(Failure::not_authorized("Contact administrator to reset password."));
    }
    Ok(())
}

/// Returns how a user can reset the password, in a user pool with these recovery options.
pub(crate) fn for_user(user: &User, options: &[RecoveryOption]) -> Result<Recovery, Failure> {
    if !user.enabled {
        return Ok(Recovery::Refused(Failure::disabled()));
    }
    if user.status == UserStatus::ForceChangePassword {
        return Err(Failure::not_authorized("User password cannot be reset in the current state."));
    }
    Ok(match address(user, options) {
        Some(address) => Recovery::Code(address),
        None => Recovery::Refused(no_address()),
    })
}

/// Returns the first verified address in the order of `options`.
pub(crate) fn address(user: &User, options: &[RecoveryOption]) -> Option<Address> {
    let addresses = options.iter().filter_map(|option| match option {
        RecoveryOption::VerifiedEmail => Some(EMAIL),
        RecoveryOption::VerifiedPhoneNumber => Some(PHONE),
        RecoveryOption::AdminOnly => None,
    });
    let has =
        |address: &Address| user.attributes.contains_key(address.attribute) && user.is_verified(address.attribute);
    addresses.into_iter().find(has)
}

pub(crate) fn no_address() -> Failure {
    let text = "Cannot reset password for the user as there is no registered/verified email or phone_number";
    Failure::invalid_parameter(text)
}
