//! How an app client refreshes tokens. It is part of its configuration, and of an error.

/// In which way tokens are refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "complete: the API has these two")]
pub enum RefreshMethod {
    /// GetTokensFromRefreshToken, which works whether refresh tokens rotate or not.
    #[default]
    GetTokensFromRefreshToken,
    /// InitiateAuth with REFRESH_TOKEN_AUTH, the older way, which the service refuses where refresh tokens rotate.
    RefreshTokenAuth,
}
