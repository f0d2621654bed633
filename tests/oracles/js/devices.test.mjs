// Tests remembered devices of the simulated service with the npm client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authenticate, memoryStorage, outcome, result, userOf } from './client.mjs';
import { administer, codeOf, poolNamed, startService } from './service.mjs';

let service;
let remembering;
let prompting;
before(async () => {
  service = await startService();
  remembering = poolNamed(service, 'devices');
  prompting = poolNamed(service, 'prompting devices');
});
after(() => service.stop());

/** Returns the device key that the client has stored. */
function storedKey(storage) {
  const [, key] = Object.entries(storage.entries).find(([name]) => name.endsWith('.deviceKey')) ?? [];
  return key;
}

function deviceOf(session) {
  return session.getAccessToken().payload.device_key;
}

/** Signs in a user for whom the service asks no second factor. Returns the arguments of `onSuccess`. */
async function signIn(user) {
  const { callback, args } = await authenticate(user);
  assert.equal(callback, 'onSuccess', String(args[0]));
  return args;
}

async function listed(pool, username) {
  const { Devices: devices } = await administer(pool, 'AdminListDevices', { Username: username });
  return devices.map(device => device.DeviceKey);
}

function status(device) {
  return device.DeviceAttributes.find(({ Name }) => Name === 'dev:device_remembered_status').Value;
}

test('a new device is registered, and proves itself at later sign-ins', async () => {
  const storage = memoryStorage();
  const first = await signIn(userOf(remembering, 'dora', storage));
  assert.equal(first[1], undefined, 'the user must not be asked');
  const key = storedKey(storage);
  assert.equal(deviceOf(first[0]), key);
  assert.ok((await listed(remembering, 'dora')).includes(key));

  for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    const user = userOf(remembering, 'dora', storage);
    user.setAuthenticationFlowType(flow);
    const [session] = await signIn(user);
    assert.equal(deviceOf(session), key);
    assert.equal(storedKey(storage), key);
  }
});

test('a device with a wrong password is rejected', async () => {
  const storage = memoryStorage();
  await signIn(userOf(remembering, 'dora', storage));
  const name = Object.keys(storage.entries).find(name => name.endsWith('.randomPasswordKey'));
  storage.setItem(name, 'another password');
  const { callback, args: [error] } = await authenticate(userOf(remembering, 'dora', storage));
  assert.deepEqual([callback, error.code], ['onFailure', 'NotAuthorizedException']);
});

test('a remembered device replaces the second factor', async () => {
  const storage = memoryStorage();
  const user = userOf(remembering, 'texter', storage);
  assert.equal((await authenticate(user)).callback, 'mfaRequired');
  const code = await codeOf(service, 'texter');
  const { callback } = await outcome(callbacks => user.sendMFACode(code, callbacks));
  assert.equal(callback, 'onSuccess');
  const [session] = await signIn(userOf(remembering, 'texter', storage));
  assert.equal(deviceOf(session), storedKey(storage));
  assert.equal((await authenticate(userOf(remembering, 'texter'))).callback, 'mfaRequired', 'an unknown device');
});

test('a device proves itself after custom challenges', async () => {
  const storage = memoryStorage();
  await signIn(userOf(remembering, 'dora', storage));
  const user = userOf(remembering, 'dora', storage);
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  assert.equal((await authenticate(user)).callback, 'customChallenge');
  const { callback, args: [session] } = await outcome(callbacks => user.sendCustomChallengeAnswer('2', callbacks));
  assert.equal(callback, 'onSuccess', String(session));
  assert.equal(deviceOf(session), storedKey(storage));
});

test('a refresh names the device', async () => {
  const storage = memoryStorage();
  const user = userOf(remembering, 'dora', storage);
  const [session] = await signIn(user);
  const renewed = await result(callback => user.refreshSession(session.getRefreshToken(), callback));
  assert.equal(deviceOf(renewed), storedKey(storage));
  assert.notEqual(renewed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
});

test('a user decides whether a device is remembered', async () => {
  const storage = memoryStorage();
  const user = userOf(prompting, 'dora', storage);
  assert.equal((await signIn(user))[1], true, 'the user must be asked');
  const device = async () => (await outcome(callbacks => user.getDevice(callbacks))).args[0].Device;
  assert.equal(status(await device()), 'not_remembered');
  for (const [remember, expected] of [
    ['setDeviceStatusRemembered', 'remembered'],
    ['setDeviceStatusNotRemembered', 'not_remembered'],
  ]) {
    const { args } = await outcome(callbacks => user[remember](callbacks));
    assert.deepEqual(args, ['SUCCESS']);
    assert.equal(status(await device()), expected);
    const [session] = await signIn(userOf(prompting, 'dora', storage));
    assert.equal(deviceOf(session), storedKey(storage));
  }
});

test('devices are listed page by page, and forgotten', async () => {
  const storage = memoryStorage();
  const user = userOf(prompting, 'dora', storage);
  await signIn(userOf(prompting, 'dora'));
  await signIn(user);
  const key = storedKey(storage);
  const list = (limit, token) => outcome(callbacks => user.listDevices(limit, token, callbacks));
  const keys = [];
  let token = null;
  do {
    const { args: [page] } = await list(1, token);
    assert.equal(page.Devices.length, 1);
    keys.push(page.Devices[0].DeviceKey);
    token = page.PaginationToken;
  } while (token);
  assert.deepEqual(keys, await listed(prompting, 'dora'));
  assert.ok(keys.includes(key));

  assert.deepEqual((await outcome(callbacks => user.forgetDevice(callbacks))).args, ['SUCCESS']);
  assert.equal(storedKey(storage), undefined);
  const other = keys.find(other => other !== key);
  assert.deepEqual((await outcome(callbacks => user.forgetSpecificDevice(other, callbacks))).args, ['SUCCESS']);
  const left = await listed(prompting, 'dora');
  assert.ok(!left.includes(key) && !left.includes(other));
});

test('a deleted device is replaced at the next sign-in', async () => {
  const storage = memoryStorage();
  await signIn(userOf(remembering, 'dora', storage));
  const key = storedKey(storage);
  await administer(remembering, 'AdminForgetDevice', { Username: 'dora', DeviceKey: key });
  const [session] = await signIn(userOf(remembering, 'dora', storage));
  assert.notEqual(storedKey(storage), key);
  assert.equal(deviceOf(session), storedKey(storage));
  assert.ok((await listed(remembering, 'dora')).includes(storedKey(storage)));
});
