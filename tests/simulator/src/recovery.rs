//! Who may set a new password by a code, and where the code goes.

use crate::delivery::{Address, EMAIL, PHONE};
use crate::failure::Failure;
use crate::pool_config::RecoveryOption;
use crate::user::{User, UserStatus};

/// How a user gets back in.
pub(crate) enum Recovery {
    /// By a code to this address.
    Code(Address),
    /// Not at all, for a reason that a client may keep to itself.
    Refused(Failure),
}

/// Refuses whoever it is, where only an administrator resets passwords.
pub(crate) fn check_allowed(options: &[RecoveryOption]) -> Result<(), Failure> {
    if options.contains(&RecoveryOption::AdminOnly) {
        return Err(Failure::not_authorized("Contact administrator to reset password."));
    }
    Ok(())
}

/// What a pool with these options does for a user.
pub(crate) fn of(user: &User, options: &[RecoveryOption]) -> Result<Recovery, Failure> {
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

/// The best address that is verified.
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
