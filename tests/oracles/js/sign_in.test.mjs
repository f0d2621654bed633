// Tests sign-in by SRP at the simulated service with the npm client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signIn } from './client.mjs';
import { startService } from './service.mjs';

let service;
before(async () => { service = await startService(); });
after(() => service.stop());

test('the correct password signs in by SRP', async () => {
  const { user, session } = await signIn(service, 'alice', 'Correct-horse-1');
  assert.equal(user.getUsername(), 'alice');
  assert.equal(session.getAccessToken().payload.username, 'alice');
});

test('a sign-in with an alias returns the canonical name', async () => {
  const { user } = await signIn(service, 'alice@example.com', 'Correct-horse-1');
  assert.equal(user.getUsername(), 'alice');
});

test('a wrong password is rejected', async () => {
  await assert.rejects(signIn(service, 'alice', 'Incorrect-horse-1'), {
    code: 'NotAuthorizedException',
    message: 'Incorrect username or password.',
  });
});
