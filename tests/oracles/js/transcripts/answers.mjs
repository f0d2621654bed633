// The responses of the service in the scenarios.

const HOUR = 3600;
const ISSUED_AT = Date.UTC(2019, 0, 1, 6, 6, 9) / 1000;

/** Returns a token with these claims. Its signature is invalid, because no client checks it. */
function token(claims) {
  const part = object => Buffer.from(JSON.stringify(object)).toString('base64url');
  const common = { sub: '0d4f1c2e-5a6b-4c7d-8e9f-001122334455', iat: ISSUED_AT, exp: ISSUED_AT + HOUR };
  return [part({ alg: 'RS256' }), part({ ...common, ...claims }), 'c2lnbmF0dXJl'].join('.');
}

/** Returns tokens of alice, with additional claims in the access token. */
export function tokens(claims = {}) {
  return {
    AccessToken: token({ username: 'alice', token_use: 'access', origin_jti: 'origin', ...claims }),
    IdToken: token({ 'cognito:username': 'alice', token_use: 'id' }),
    RefreshToken: 'refresh-token',
  };
}

/** Returns the response to a completed sign-in: tokens, and the keys of a new device if there is one. */
export function signedIn(NewDeviceMetadata, claims) {
  const AuthenticationResult = { ...tokens(claims), ExpiresIn: HOUR, TokenType: 'Bearer', NewDeviceMetadata };
  return { ChallengeParameters: {}, AuthenticationResult };
}

let challenges = 0;

/** Returns a challenge with a unique challenge session. */
export function challenge(ChallengeName, ChallengeParameters = {}) {
  challenges += 1;
  return { ChallengeName, ChallengeParameters, Session: `session-${challenges}` };
}

const SRP = {
  SALT: 'df010502ce9e3173d76cf5b2da1cff16',
  SRP_B: 'fd394c77d37d5561dc83d3c12d31a79904d3e494da43418706e2a289f3d7bbcfa8a2188ee2d082dbc980deaaf18ef5f3',
  SECRET_BLOCK: 'b3BhcXVlIHNlY3JldCBibG9jayBpc3N1ZWQgYnkgdGhlIHNlcnZpY2U=',
};

/** Returns the challenge PASSWORD_VERIFIER for this user. */
export function passwordVerifier(USERNAME = 'alice', USER_ID_FOR_SRP = USERNAME) {
  return challenge('PASSWORD_VERIFIER', { ...SRP, USERNAME, USER_ID_FOR_SRP });
}

/** Returns the challenge DEVICE_PASSWORD_VERIFIER for this device. */
export function devicePasswordVerifier(DEVICE_KEY) {
  return challenge('DEVICE_PASSWORD_VERIFIER', { ...SRP, SALT: '0abc54a98ceb1f0ad2a3f0a6e5d4c3b2', DEVICE_KEY });
}

/** Returns an error response of the service. */
export function refusal(to, __type, message) {
  return { to, status: 400, body: { __type, message } };
}

/** Returns a step that calls one operation. `more` are the answers to additional requests of a client. */
export function call(operation, members = {}, body = {}, ...more) {
  return { do: operation, ...members, answers: [{ to: operation, body }, ...more] };
}

export const initiateAuth = body => ({ to: 'InitiateAuth', body });
export const respond = body => ({ to: 'RespondToAuthChallenge', body });
/** Returns an answer to a request that only one of the clients sends. */
export const only = (client, answer) => ({ ...answer, only: client });
