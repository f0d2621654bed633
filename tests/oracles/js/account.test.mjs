// A user's account, from sign-up to deletion, by the npm client at the simulated service.
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

/** Somebody who has signed up and confirmed it. */
async function confirmed(username) {
  const user = await signUp(username);
  assert.equal(await result(async done => user.confirmRegistration(await codeOf(service, username), false, done)), 'SUCCESS');
  return user;
}

async function valueOf(user, name) {
  const attributes = await result(done => user.getUserAttributes(done));
  return attributes.find(attribute => attribute.getName() === name)?.getValue();
}

function refused(promise, code) {
  return assert.rejects(promise, { code });
}

test('a user signs up, is told to confirm, confirms with the last code that was sent, and signs in', async () => {
  const user = await signUp('bea');
  const { callback, args: [error] } = await authenticate(userOf(service, 'bea'));
  assert.deepEqual([callback, error.code], ['onFailure', 'UserNotConfirmedException']);
  await refused(result(done => user.confirmRegistration('000000', false, done)), 'CodeMismatchException');
  const { CodeDeliveryDetails } = await result(done => user.resendConfirmationCode(done));
  assert.equal(CodeDeliveryDetails.DeliveryMedium, 'EMAIL');
  const code = await codeOf(service, 'bea');
  await result(done => user.confirmRegistration(code, false, done));
  await signIn(service, 'bea@example.com', PASSWORD);
});

test('a name that is taken and a password that the pool does not take are refused', async () => {
  await refused(signUp('alice', 'other@example.com'), 'UsernameExistsException');
  const pool = poolOf(service, memoryStorage());
  await refused(result(done => pool.signUp('weak', 'short', [], null, done)), 'InvalidPasswordException');
});

test('a password is changed by who knows the old one', async () => {
  await confirmed('cyd');
  const { user } = await signIn(service, 'cyd', PASSWORD);
  await refused(result(done => user.changePassword('Wrong-horse-1', NEW_PASSWORD, done)), 'NotAuthorizedException');
  await result(done => user.changePassword(PASSWORD, NEW_PASSWORD, done));
  await refused(signIn(service, 'cyd', PASSWORD), 'NotAuthorizedException');
  await signIn(service, 'cyd', NEW_PASSWORD);
});

test('a forgotten password is replaced by a code', async () => {
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
  const asked = await outcome(callbacks => user.getAttributeVerificationCode('email', callbacks));
  assert.equal(asked.callback, 'inputVerificationCode');
  const code = await codeOf(service, 'eve');
  const verified = await outcome(callbacks => user.verifyAttribute('email', code, callbacks));
  assert.equal(verified.callback, 'onSuccess');
  assert.equal(await valueOf(user, 'email_verified'), 'true');
  await result(done => user.deleteAttributes(['nickname'], done));
  assert.equal(await valueOf(user, 'nickname'), undefined);
});

test('a session is refreshed, and goes on after a restart', async () => {
  await confirmed('fay');
  const storage = memoryStorage();
  const { user, session } = await signIn(service, 'fay', PASSWORD, storage);
  const renewed = await result(done => user.refreshSession(session.getRefreshToken(), done));
  assert.notEqual(renewed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  const again = await result(done => poolOf(service, storage).getCurrentUser().getSession(done));
  assert.equal(again.getAccessToken().payload.username, 'fay');
});

test('a refresh token that was revoked is good for nothing', async () => {
  await confirmed('gus');
  const { user, session } = await signIn(service, 'gus', PASSWORD);
  await new Promise(resolve => user.signOut(resolve));
  const other = userOf(service, 'gus');
  await refused(result(done => other.refreshSession(session.getRefreshToken(), done)), 'NotAuthorizedException');
});

test('a global sign-out ends every session', async () => {
  await confirmed('hal');
  const [one, other] = [await signIn(service, 'hal', PASSWORD), await signIn(service, 'hal', PASSWORD)];
  assert.equal((await outcome(callbacks => one.user.globalSignOut(callbacks))).callback, 'onSuccess');
  await refused(result(done => other.user.getUserAttributes(done)), 'NotAuthorizedException');
});

test('an authenticator app is enrolled and preferred, and then asked for', async () => {
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

test('a user who was deleted is gone', async () => {
  await confirmed('ida');
  const { user } = await signIn(service, 'ida', PASSWORD);
  assert.equal(await result(done => user.deleteUser(done)), 'SUCCESS');
  await assert.rejects(signIn(service, 'ida', PASSWORD));
});
