//! The operation by which an app client refreshes tokens. The configuration and an error both contain this
//! type.

/// The operation that refreshes tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "complete: the API has these two")]
pub enum RefreshMethod {
    /// GetTokensFromRefreshToken, which works with and without refresh token rotation.
    #[default]
    GetTokensFromRefreshToken,
    /// InitiateAuth with REFRESH_TOKEN_AUTH, the older operation. The service rejects this operation if
    /// refresh token rotation is on.
    RefreshTokenAuth,
}
