// Exchanges stored sessions and devices between the npm client and Rust.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { authenticate, memoryStorage, outcome, poolOf, signIn, userOf } from './client.mjs';
import { codeOf, poolNamed, runExample, startService } from './service.mjs';

let service;
before(async () => { service = await startService(); });
after(() => service.stop());

/** Writes the entries of a storage to a new file, and returns the file's path. */
function writeStorage(entries) {
  const file = join(mkdtempSync(join(tmpdir(), 'cognito-')), 'storage.json');
  writeFileSync(file, JSON.stringify(entries));
  return file;
}

/**
 * Signs in with Rust and the device in the file. Returns the program's output and the new entries of the
 * file.
 */
function signInInRust({ url, poolId, clientId }, file, username) {
  const output = runExample('web_storage_device', url, poolId, clientId, file, username, 'Correct-horse-1');
  return { output, entries: JSON.parse(readFileSync(file, 'utf8')) };
}

test('Rust continues a stored session of the npm client, and back', async () => {
  // The service's clock is ahead of this machine's clock, so that a drift with the wrong sign fails the test.
  await fetch(`${service.url}/_sim/advance`, { method: 'POST', body: JSON.stringify({ seconds: 1000 }) });
  const storage = memoryStorage();
  await signIn(service, 'alice@example.com', 'Correct-horse-1', storage);
  const prefix = `CognitoIdentityServiceProvider.${service.clientId}`;
  const before = { ...storage.entries };
  assert.equal(before[`${prefix}.LastAuthUser`], 'alice');
  assert.ok(Math.abs(Number(before[`${prefix}.alice.clockDrift`]) + 1000) <= 2);

  const file = writeStorage(before);
  const output = runExample('web_storage', service.url, service.poolId, service.clientId, file);
  assert.match(output, /alice has alice@example.com/);

  const entries = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(Object.keys(entries).sort(), Object.keys(before).sort());
  assert.notEqual(entries[`${prefix}.alice.accessToken`], before[`${prefix}.alice.accessToken`]);
  assert.equal(entries[`${prefix}.alice.refreshToken`], before[`${prefix}.alice.refreshToken`]);

  const user = poolOf(service, memoryStorage(entries)).getCurrentUser();
  const session = await new Promise((resolve, reject) => {
    user.getSession((error, session) => (error ? reject(error) : resolve(session)));
  });
  assert.ok(session.isValid());
  assert.equal(session.getAccessToken().getJwtToken(), entries[`${prefix}.alice.accessToken`]);
  assert.ok(Math.abs(session.getClockDrift() + 1000) <= 2);

  const attributes = await new Promise((resolve, reject) => {
    user.getUserAttributes((error, attributes) => (error ? reject(error) : resolve(attributes)));
  });
  assert.ok(attributes.some(attribute => attribute.getName() === 'email'));
});

test('Rust proves a device that the npm client registered', async () => {
  const pool = poolNamed(service, 'devices');
  const storage = memoryStorage();
  const user = userOf(pool, 'texter', storage);
  assert.equal((await authenticate(user)).callback, 'mfaRequired');
  const code = await codeOf(service, 'texter');
  assert.equal((await outcome(callbacks => user.sendMFACode(code, callbacks))).callback, 'onSuccess');

  const { output, entries } = signInInRust(pool, writeStorage(storage.entries), 'texter');
  const key = entries[`CognitoIdentityServiceProvider.${pool.clientId}.texter.deviceKey`];
  assert.equal(output.trim(), `signed in on ${key}`);
  assert.equal((await authenticate(userOf(pool, 'texter', memoryStorage(entries)))).callback, 'onSuccess');
});

test('the npm client proves a device that Rust registered', async () => {
  const pool = poolNamed(service, 'devices');
  const { output, entries } = signInInRust(pool, writeStorage({}), 'dora');
  const { callback, args: [session] } = await authenticate(userOf(pool, 'dora', memoryStorage(entries)));
  assert.equal(callback, 'onSuccess', String(session));
  assert.equal(output.trim(), `signed in on ${session.getAccessToken().payload.device_key}`);
});
