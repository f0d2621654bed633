// Tests a user's account from sign-up to deletion, with the npm client at the simulated service.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import cognito from 'amazon-cognito-identity-js';
import { totp } from './authenticator.mjs';
import { authenticate, memoryStorage, outcome, PASSWORD, poolOf, result, signIn, userOf } from './client.mjs';
import { advance, codeOf, poolNamed, startService } from './service.mjs';

const NEW_PASSWORD = 'Battery-staple-2';

let service;
before(async () => { service = await startService(); });
after(() => service.stop());

function attribute(Name, Value) {
  return new cognito.CognitoUserAttribute({ Name, Value });
}

async function signUp(username, email = `${username}@example.com`) {
  const pool = poolOf(service, memoryStorage());
  const { user } = await result(done => pool.signUp(username, PASSWORD, [attribute('email', email)], null, done));
  return user;
}

/** Signs up a user and confirms the sign-up. */
async function confirmed(username) {
  const user = await signUp(username);
  const code = await codeOf(service, username);
  assert.equal(await result(done => user.confirmRegistration(code, false, done)), 'SUCCESS');
  return user;
}

async function valueOf(user, name) {
  const attributes = await result(done => user.getUserAttributes(done));
  return attributes.find(attribute => attribute.getName() === name)?.getValue();
}

function assertRejected(promise, code) {
  return assert.rejects(promise, { code });
}

test('a user can sign in after confirming with the newest code', async () => {
  const user = await signUp('bea');
  const { callback, args: [error] } = await authenticate(userOf(service, 'bea'));
  assert.deepEqual([callback, error.code], ['onFailure', 'UserNotConfirmedException']);
  await assertRejected(result(done => user.confirmRegistration('000000', false, done)), 'CodeMismatchException');
  const { CodeDeliveryDetails } = await result(done => user.resendConfirmationCode(done));
  assert.equal(CodeDeliveryDetails.DeliveryMedium, 'EMAIL');
  const code = await codeOf(service, 'bea');
  await result(done => user.confirmRegistration(code, false, done));
  await signIn(service, 'bea@example.com', PASSWORD);
});

test('an existing user name and an invalid password are rejected', async () => {
  await assertRejected(signUp('alice', 'other@example.com'), 'UsernameExistsException');
  const pool = poolOf(service, memoryStorage());
  await assertRejected(result(done => pool.signUp('weak', 'short', [], null, done)), 'InvalidPasswordException');
});

test('a user changes the password with the old one', async () => {
  await confirmed('cyd');
  const { user } = await signIn(service, 'cyd', PASSWORD);
  const wrong = result(done => user.changePassword('Wrong-horse-1', NEW_PASSWORD, done));
  await assertRejected(wrong, 'NotAuthorizedException');
  await result(done => user.changePassword(PASSWORD, NEW_PASSWORD, done));
  await assertRejected(signIn(service, 'cyd', PASSWORD), 'NotAuthorizedException');
  await signIn(service, 'cyd', NEW_PASSWORD);
});

test('a user replaces a forgotten password with a code', async () => {
  await confirmed('dan');
  const user = userOf(service, 'dan');
  assert.equal((await outcome(callbacks => user.forgotPassword(callbacks))).callback, 'inputVerificationCode');
  const code = await codeOf(service, 'dan');
  const confirm = code => outcome(callbacks => user.confirmPassword(code, NEW_PASSWORD, callbacks));
  const wrong = await confirm('000000');
  assert.deepEqual([wrong.callback, wrong.args[0].code], ['onFailure', 'CodeMismatchException']);
  assert.equal((await confirm(code)).callback, 'onSuccess');
  await signIn(service, 'dan', NEW_PASSWORD);
});

test('attributes are read, changed, verified and deleted', async () => {
  await confirmed('eve');
  const { user } = await signIn(service, 'eve', PASSWORD);
  assert.deepEqual([await valueOf(user, 'email'), await valueOf(user, 'email_verified')], ['eve@example.com', 'true']);
  const changes = [attribute('nickname', 'Evie'), attribute('email', 'eve@example.org')];
  await result(done => user.updateAttributes(changes, done));
  assert.equal(await valueOf(user, 'nickname'), 'Evie');
  const requested = await outcome(callbacks => user.getAttributeVerificationCode('email', callbacks));
  assert.equal(requested.callback, 'inputVerificationCode');
  const code = await codeOf(service, 'eve');
  const verified = await outcome(callbacks => user.verifyAttribute('email', code, callbacks));
  assert.equal(verified.callback, 'onSuccess');
  assert.equal(await valueOf(user, 'email_verified'), 'true');
  await result(done => user.deleteAttributes(['nickname'], done));
  assert.equal(await valueOf(user, 'nickname'), undefined);
});

test('a session is refreshed, and continues after a restart', async () => {
  await confirmed('fay');
  const storage = memoryStorage();
  const { user, session } = await signIn(service, 'fay', PASSWORD, storage);
  const renewed = await result(done => user.refreshSession(session.getRefreshToken(), done));
  assert.notEqual(renewed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  const again = await result(done => poolOf(service, storage).getCurrentUser().getSession(done));
  assert.equal(again.getAccessToken().payload.username, 'fay');
});

test('a revoked refresh token is invalid', async () => {
  await confirmed('gus');
  const { user, session } = await signIn(service, 'gus', PASSWORD);
  await new Promise(resolve => user.signOut(resolve));
  const other = userOf(service, 'gus');
  await assertRejected(result(done => other.refreshSession(session.getRefreshToken(), done)), 'NotAuthorizedException');
});

test('a global sign-out ends every session', async () => {
  await confirmed('hal');
  const [one, other] = [await signIn(service, 'hal', PASSWORD), await signIn(service, 'hal', PASSWORD)];
  assert.equal((await outcome(callbacks => one.user.globalSignOut(callbacks))).callback, 'onSuccess');
  await assertRejected(result(done => other.user.getUserAttributes(done)), 'NotAuthorizedException');
});

test('a sign-in asks for the preferred authenticator app', async () => {
  const factors = poolNamed(service, 'factors');
  const { user } = await signIn(factors, 'plain', PASSWORD);
  const { callback, args: [secret] } = await outcome(callbacks => user.associateSoftwareToken(callbacks));
  assert.equal(callback, 'associateSecretCode');
  const code = totp(secret, await advance(service, 30));
  const verified = await outcome(callbacks => user.verifySoftwareToken(code, 'my app', callbacks));
  assert.equal(verified.callback, 'onSuccess');
  await result(done => user.setUserMfaPreference(null, { Enabled: true, PreferredMfa: true }, done));
  const data = await result(done => user.getUserData(done, { bypassCache: true }));
  assert.equal(data.PreferredMfaSetting, 'SOFTWARE_TOKEN_MFA');
  assert.equal((await authenticate(userOf(factors, 'plain'))).callback, 'totpRequired');
});

test('a deleted user cannot sign in', async () => {
  await confirmed('ida');
  const { user } = await signIn(service, 'ida', PASSWORD);
  assert.equal(await result(done => user.deleteUser(done)), 'SUCCESS');
  await assert.rejects(signIn(service, 'ida', PASSWORD));
});
