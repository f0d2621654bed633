//! The method by which an app client refreshes tokens. The configuration and one of the errors name it.

/// The operation that refreshes tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "complete: the API has these two")]
pub enum RefreshMethod {
    /// GetTokensFromRefreshToken, which works with and without refresh token rotation.
    #[default]
    GetTokensFromRefreshToken,
    /// InitiateAuth with REFRESH_TOKEN_AUTH, the older operation. The service rejects it if refresh token
    /// rotation is on.
    RefreshTokenAuth,
}
