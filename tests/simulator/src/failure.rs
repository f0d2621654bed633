//! The error responses of Cognito.

/// An error response of an operation: Cognito's name for the error, and a text.
#[derive(Debug)]
pub(crate) struct Failure {
    name: &'static str,
    message: String,
}

impl Failure {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::invalid_parameter(format!("Missing required parameter {name}"))
    }

    pub(crate) fn not_authorized(message: impl Into<String>) -> Self {
        Self::new("NotAuthorizedException", message)
    }

    /// Returns the error that does not reveal whether the user is unknown or the password is wrong.
    pub(crate) fn incorrect() -> Self {
        Self::not_authorized("Incorrect username or password.")
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    pub(crate) fn user_not_found() -> Self {
        Self::new("UserNotFoundException", "User does not exist.")
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new("LimitExceededException", message)
    }

    pub(crate) fn reset_required() -> Self {
        Self::new("PasswordResetRequiredException", "Password reset required for the user")
    }

    pub(crate) fn disabled() -> Self {
        Self::not_authorized("User is disabled.")
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalErrorException", message)
    }

    /// Returns the error for a feature of Cognito that is not simulated.
    ///
    /// An incomplete imitation of the feature would mislead a test, so the simulator returns an error
    /// instead.
    pub(crate) fn not_simulated(what: &str) -> Self {
        Self::new("UnsupportedOperationException", format!("The simulated Cognito does not support {what}."))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn into_message(self) -> String {
        self.message
    }

    /// Returns the HTTP status for the name of this error.
    pub(crate) fn status(&self) -> u16 {
        match self.name {
            "InternalErrorException" | "InternalFailure" => 500,
            "ServiceUnavailableException" | "ServiceUnavailable" => 503,
            "AccessDenied" | "ExpiredToken" | "InvalidClientTokenId" | "MissingAuthenticationToken" => 403,
            _ => 400,
        }
    }
}
