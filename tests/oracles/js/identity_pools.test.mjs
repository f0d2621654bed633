// Tests the AWS SDK against the simulated identity pools and the simulated Security Token Service.
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

/** Gets credentials without the SDK's cache, which would keep the identity of a guest. */
function credentialsOf(identityPoolId, logins) {
  return fromCognitoIdentityPool({ client: identities, identityPoolId, logins, cache: memoryStorage() })();
}

/** Signs in a user, and returns the logins map with the user's ID token. */
async function loginsOf(username) {
  const { session } = await signIn(service, username, PASSWORD);
  return { [`cognito-idp.us-east-1.amazonaws.com/${service.poolId}`]: session.getIdToken().getJwtToken() };
}

function assertValid({ accessKeyId, secretAccessKey, sessionToken, identityId, expiration }) {
  assert.match(accessKeyId, /^ASIA[A-Z0-9]{16}$/);
  assert.equal(secretAccessKey.length, 40);
  assert.ok(sessionToken);
  assert.match(identityId, /^us-east-1:[0-9a-f-]{36}$/);
  assert.ok(Math.abs(expiration.getTime() - Date.now() - 3_600_000) < 60_000, String(expiration));
}

test('a guest gets credentials, then new ones of the same identity', async () => {
  const first = await credentialsOf(OPEN);
  assertValid(first);
  const second = await fromCognitoIdentity({ client: identities, identityId: first.identityId })();
  assertValid(second);
  assert.equal(second.identityId, first.identityId);
  assert.notEqual(second.accessKeyId, first.accessKeyId);
  assert.notEqual((await credentialsOf(OPEN)).identityId, first.identityId, 'another guest must have another identity');
});

test('a user of the user pool keeps the identity at every sign-in', async () => {
  const first = await credentialsOf(OPEN, await loginsOf('alice'));
  assertValid(first);
  const second = await credentialsOf(OPEN, await loginsOf('alice'));
  assert.equal(second.identityId, first.identityId);
});

test('a pool without guests rejects a guest', async () => {
  await assert.rejects(credentialsOf(WITHOUT_GUESTS), { name: 'NotAuthorizedException' });
  assertValid(await credentialsOf(WITHOUT_GUESTS, await loginsOf('alice')));
});

test('a forged login is rejected', async () => {
  const [[provider, token]] = Object.entries(await loginsOf('alice'));
  const [header, payload, signature] = token.split('.');
  const reversed = [...signature].reverse().join('');
  await assert.rejects(credentialsOf(OPEN, { [provider]: [header, payload, reversed].join('.') }), {
    name: 'NotAuthorizedException',
  });
  await assert.rejects(credentialsOf(OPEN, { 'accounts.google.com': token }), { name: 'NotAuthorizedException' });
});

test("a user's identity requires the login", async () => {
  const { identityId } = await credentialsOf(OPEN, await loginsOf('alice'));
  await assert.rejects(fromCognitoIdentity({ client: identities, identityId })(), { name: 'NotAuthorizedException' });
});

test('the basic flow assumes a role only with the identity token', async () => {
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

test('a pool without the basic flow rejects it', async () => {
  const Logins = await loginsOf('alice');
  const { IdentityId } = await identities.send(new GetIdCommand({ IdentityPoolId: WITHOUT_GUESTS, Logins }));
  await assert.rejects(identities.send(new GetOpenIdTokenCommand({ IdentityId, Logins })), {
    name: 'InvalidParameterException',
  });
});
