// The AWS SDK against the simulated identity pools and the Security Token Service beside them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CognitoIdentityClient, GetIdCommand, GetOpenIdTokenCommand } from '@aws-sdk/client-cognito-identity';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromCognitoIdentity, fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
import { memoryStorage, PASSWORD, signIn } from './client.mjs';
import { startService } from './service.mjs';

const OPEN = 'us-east-1:0a1b2c3d-0000-4000-8000-000000000001';
const WITHOUT_GUESTS = 'us-east-1:0a1b2c3d-0000-4000-8000-000000000002';
const USER_ROLE = 'arn:aws:iam::123456789012:role/user';

let service;
let identities;
let sts;
before(async () => {
  service = await startService();
  const settings = { region: 'us-east-1', endpoint: service.url };
  identities = new CognitoIdentityClient(settings);
  sts = new STSClient(settings);
});
after(() => service.stop());

/** Without the SDK's own cache, in which a guest stays the same one. */
function credentialsOf(identityPoolId, logins) {
  return fromCognitoIdentityPool({ client: identities, identityPoolId, logins, cache: memoryStorage() })();
}

/** The logins map of a user who has just signed in. */
async function loginsOf(username) {
  const { session } = await signIn(service, username, PASSWORD);
  return { [`cognito-idp.us-east-1.amazonaws.com/${service.poolId}`]: session.getIdToken().getJwtToken() };
}

function assertGood({ accessKeyId, secretAccessKey, sessionToken, identityId, expiration }) {
  assert.match(accessKeyId, /^ASIA[A-Z0-9]{16}$/);
  assert.equal(secretAccessKey.length, 40);
  assert.ok(sessionToken);
  assert.match(identityId, /^us-east-1:[0-9a-f-]{36}$/);
  assert.ok(Math.abs(expiration.getTime() - Date.now() - 3_600_000) < 60_000, String(expiration));
}

test('a guest gets credentials, and newer ones of the same identity', async () => {
  const first = await credentialsOf(OPEN);
  assertGood(first);
  const second = await fromCognitoIdentity({ client: identities, identityId: first.identityId })();
  assertGood(second);
  assert.equal(second.identityId, first.identityId);
  assert.notEqual(second.accessKeyId, first.accessKeyId);
  assert.notEqual((await credentialsOf(OPEN)).identityId, first.identityId, 'another guest is another identity');
});

test('a user of the user pool gets credentials, and is the same identity at every sign-in', async () => {
  const first = await credentialsOf(OPEN, await loginsOf('alice'));
  assertGood(first);
  const second = await credentialsOf(OPEN, await loginsOf('alice'));
  assert.equal(second.identityId, first.identityId);
});

test('a guest is refused where there are none', async () => {
  await assert.rejects(credentialsOf(WITHOUT_GUESTS), { name: 'NotAuthorizedException' });
  assertGood(await credentialsOf(WITHOUT_GUESTS, await loginsOf('alice')));
});

test('a login that was tampered with is refused', async () => {
  const [[provider, token]] = Object.entries(await loginsOf('alice'));
  const [header, payload, signature] = token.split('.');
  const reversed = [...signature].reverse().join('');
  await assert.rejects(credentialsOf(OPEN, { [provider]: [header, payload, reversed].join('.') }), {
    name: 'NotAuthorizedException',
  });
  await assert.rejects(credentialsOf(OPEN, { 'accounts.google.com': token }), { name: 'NotAuthorizedException' });
});

test("a user's identity is not to be had without the login", async () => {
  const { identityId } = await credentialsOf(OPEN, await loginsOf('alice'));
  await assert.rejects(fromCognitoIdentity({ client: identities, identityId })(), { name: 'NotAuthorizedException' });
});

test('the basic flow assumes a role by the token of the identity, and no role by another token', async () => {
  const Logins = await loginsOf('alice');
  const { IdentityId } = await identities.send(new GetIdCommand({ IdentityPoolId: OPEN, Logins }));
  const { Token } = await identities.send(new GetOpenIdTokenCommand({ IdentityId, Logins }));
  const assume = WebIdentityToken => sts.send(new AssumeRoleWithWebIdentityCommand({
    RoleArn: USER_ROLE, RoleSessionName: 'basic', WebIdentityToken, DurationSeconds: 900,
  }));
  const { Credentials, AssumedRoleUser, SubjectFromWebIdentityToken, Audience } = await assume(Token);
  assert.match(Credentials.AccessKeyId, /^ASIA[A-Z0-9]{16}$/);
  assert.ok(Math.abs(Credentials.Expiration.getTime() - Date.now() - 900_000) < 60_000, String(Credentials.Expiration));
  assert.equal(AssumedRoleUser.Arn, 'arn:aws:sts::123456789012:assumed-role/user/basic');
  assert.deepEqual([SubjectFromWebIdentityToken, Audience], [IdentityId, OPEN]);

  await assert.rejects(assume(Object.values(Logins)[0]), { name: 'InvalidIdentityTokenException' });
  await assert.rejects(assume('made-up'), { name: 'InvalidIdentityTokenException' });
});

test('the basic flow is refused where the pool does not have it', async () => {
  const Logins = await loginsOf('alice');
  const { IdentityId } = await identities.send(new GetIdCommand({ IdentityPoolId: WITHOUT_GUESTS, Logins }));
  await assert.rejects(identities.send(new GetOpenIdTokenCommand({ IdentityId, Logins })), {
    name: 'InvalidParameterException',
  });
});
