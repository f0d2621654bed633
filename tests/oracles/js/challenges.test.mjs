// Tests the challenges of the simulated service with the npm client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { totp } from './authenticator.mjs';
import { authenticate, outcome, PASSWORD, userOf } from './client.mjs';
import { administer, advance, codeOf, poolNamed, startService } from './service.mjs';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

let service;
let factors;
before(async () => {
  service = await startService();
  factors = poolNamed(service, 'factors');
});
after(() => service.stop());

function assertSignedIn({ callback, args: [session] }, username) {
  assert.equal(callback, 'onSuccess', String(session));
  assert.ok(session.isValid());
  assert.equal(session.getAccessToken().payload.username, username);
}

function assertRejected({ callback, args: [error] }, code, message) {
  assert.equal(callback, 'onFailure');
  assert.deepEqual([error.code, error.message], [code, message]);
}

function sendCode(user, code, type) {
  return outcome(callbacks => user.sendMFACode(code, callbacks, type));
}

/** Returns a code from the app that has not been used yet. */
async function nextTotp(secret) {
  return totp(secret, await advance(service, 30));
}

test('a plain-text password signs in', async () => {
  const user = userOf(factors, 'plain');
  user.setAuthenticationFlowType('USER_PASSWORD_AUTH');
  assertSignedIn(await authenticate(user), 'plain');
  const wrong = await authenticate(user, 'Wrong-horse-1');
  assertRejected(wrong, 'NotAuthorizedException', 'Incorrect username or password.');
});

for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
  test(`a wrong text message code after ${flow} can be corrected`, async () => {
    const user = userOf(factors, 'texter');
    user.setAuthenticationFlowType(flow);
    const { callback, args: [name, parameters] } = await authenticate(user);
    assert.deepEqual([callback, name], ['mfaRequired', 'SMS_MFA']);
    assert.equal(parameters.CODE_DELIVERY_DESTINATION, '+*******1234');
    const code = await codeOf(service, 'texter');
    const wrong = await sendCode(user, code === '123456' ? '654321' : '123456');
    assertRejected(wrong, 'CodeMismatchException', 'Invalid code or auth state for the user.');
    assertSignedIn(await sendCode(user, code), 'texter');
  });
}

test('a code from an authenticator app signs in only once', async () => {
  const user = userOf(factors, 'tapper');
  assert.equal((await authenticate(user)).callback, 'totpRequired');
  const code = await nextTotp(SECRET);
  assertSignedIn(await sendCode(user, code, 'SOFTWARE_TOKEN_MFA'), 'tapper');
  assert.equal((await authenticate(user)).callback, 'totpRequired');
  const again = await sendCode(user, code, 'SOFTWARE_TOKEN_MFA');
  assertRejected(again, 'ExpiredCodeException', 'Your software token has already been used once.');
  assertSignedIn(await sendCode(user, await nextTotp(SECRET), 'SOFTWARE_TOKEN_MFA'), 'tapper');
});

test('a user chooses a text message', async () => {
  const user = userOf(factors, 'chooser');
  const { callback, args: [, parameters] } = await authenticate(user);
  assert.equal(callback, 'selectMFAType');
  assert.deepEqual(JSON.parse(parameters.MFAS_CAN_CHOOSE), ['SMS_MFA', 'SOFTWARE_TOKEN_MFA']);
  const chosen = await outcome(callbacks => user.sendMFASelectionAnswer('SMS_MFA', callbacks));
  assert.equal(chosen.callback, 'mfaRequired');
  assertSignedIn(await sendCode(user, await codeOf(service, 'chooser')), 'chooser');
});

test('a user chooses an authenticator app', async () => {
  const user = userOf(factors, 'chooser');
  assert.equal((await authenticate(user)).callback, 'selectMFAType');
  const chosen = await outcome(callbacks => user.sendMFASelectionAnswer('SOFTWARE_TOKEN_MFA', callbacks));
  assert.equal(chosen.callback, 'totpRequired');
  assertSignedIn(await sendCode(user, await nextTotp(SECRET), 'SOFTWARE_TOKEN_MFA'), 'chooser');
});

test('an authenticator app is set up during the sign-in', async () => {
  const user = userOf(poolNamed(service, 'new'), 'nora');
  const { callback, args: [, parameters] } = await authenticate(user);
  assert.equal(callback, 'mfaSetup');
  assert.deepEqual(JSON.parse(parameters.MFAS_CAN_SETUP), ['SOFTWARE_TOKEN_MFA']);
  const associated = await outcome(callbacks => user.associateSoftwareToken(callbacks));
  assert.equal(associated.callback, 'associateSecretCode');
  const [secret] = associated.args;
  const verify = code => outcome(callbacks => user.verifySoftwareToken(code, 'phone', callbacks));
  const wrong = await verify(totp(secret, (await advance(service, 0)) + 90));
  assertRejected(wrong, 'EnableSoftwareTokenMFAException', 'Code mismatch and fail enable Software Token MFA');
  assertSignedIn(await verify(await nextTotp(secret)), 'nora');

  const again = await authenticate(user);
  assert.equal(again.callback, 'totpRequired');
  assert.equal(again.args[1].FRIENDLY_DEVICE_NAME, 'phone');
  assertSignedIn(await sendCode(user, await nextTotp(secret), 'SOFTWARE_TOKEN_MFA'), 'nora');
});

test('a temporary password is replaced, with a required attribute', async () => {
  const first = poolNamed(service, 'first');
  await administer(first, 'AdminCreateUser', {
    Username: 'nick',
    TemporaryPassword: PASSWORD,
    UserAttributes: [{ Name: 'email', Value: 'nick@example.com' }],
  });
  const user = userOf(first, 'nick');
  const { callback, args: [attributes, required] } = await authenticate(user);
  assert.equal(callback, 'newPasswordRequired');
  assert.deepEqual([attributes.email, required], ['nick@example.com', ['given_name']]);
  const complete = (password, attributes) =>
    outcome(callbacks => user.completeNewPasswordChallenge(password, attributes, callbacks));
  const echoed = await complete('Correct-horse-2', { email: attributes.email, given_name: 'Nick' });
  assertRejected(echoed, 'NotAuthorizedException', 'Cannot modify an already provided email');
  const without = await complete('Correct-horse-2', {});
  assertRejected(without, 'InvalidParameterException', 'Invalid attributes given, given_name is missing');
  const weak = await complete('short', { given_name: 'Nick' });
  assert.equal(weak.args[0].code, 'InvalidPasswordException');
  assertSignedIn(await complete('Correct-horse-2', { given_name: 'Nick' }), 'nick');
  assertSignedIn(await authenticate(user, 'Correct-horse-2'), 'nick');
});
