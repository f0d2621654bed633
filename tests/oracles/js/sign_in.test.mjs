import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signIn } from './client.mjs';
import { startService } from './service.mjs';

let service;
before(async () => { service = await startService(); });
after(() => service.stop());

test('the right password signs in by SRP', async () => {
  const { user, session } = await signIn(service, 'alice', 'Correct-horse-1');
  assert.equal(user.getUsername(), 'alice');
  assert.equal(session.getAccessToken().payload.username, 'alice');
});

test('an alias signs in under the canonical name', async () => {
  const { user } = await signIn(service, 'alice@example.com', 'Correct-horse-1');
  assert.equal(user.getUsername(), 'alice');
});

test('a wrong password is refused', async () => {
  await assert.rejects(signIn(service, 'alice', 'Incorrect-horse-1'), {
    code: 'NotAuthorizedException',
    message: 'Incorrect username or password.',
  });
});
