// Tests custom challenges of the simulated service with the npm client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authenticate, details, outcome, PASSWORD, userOf } from './client.mjs';
import { poolNamed, startService } from './service.mjs';

let service;
let custom;
before(async () => {
  service = await startService();
  custom = poolNamed(service, 'custom');
});
after(() => service.stop());

function begin(user) {
  return outcome(callbacks => user.initiateAuth(details(user.getUsername()), callbacks));
}

function answerWith(user, answer) {
  return outcome(callbacks => user.sendCustomChallengeAnswer(answer, callbacks));
}

function assertAsked({ callback, args: [parameters] }, question) {
  assert.equal(callback, 'customChallenge', String(parameters));
  assert.equal(parameters.question, question);
}

test('two rounds of challenges lead to a session', async () => {
  const user = userOf(custom, 'carl');
  assertAsked(await begin(user), '1+1');
  assertAsked(await answerWith(user, '2'), '2+2');
  const { callback, args: [session] } = await answerWith(user, '4');
  assert.equal(callback, 'onSuccess');
  assert.equal(session.getAccessToken().payload.username, 'carl');
});

test('a wrong answer repeats the question, until too many are wrong', async () => {
  const user = userOf(custom, 'carl');
  assertAsked(await begin(user), '1+1');
  assertAsked(await answerWith(user, '3'), '1+1');
  assertAsked(await answerWith(user, '2'), '2+2');
  assertAsked(await answerWith(user, '3'), '2+2');
  const { callback, args: [error] } = await answerWith(user, '3');
  assert.deepEqual([callback, error.code], ['onFailure', 'NotAuthorizedException']);
});

test('custom challenges follow SRP', async () => {
  const user = userOf(custom, 'carl');
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  assertAsked(await authenticate(user, PASSWORD), '1+1');
  assertAsked(await answerWith(user, '2'), '2+2');
  assert.equal((await answerWith(user, '4')).callback, 'onSuccess');
  const wrong = await authenticate(user, 'Wrong-horse-1');
  assert.deepEqual([wrong.callback, wrong.args[0].code], ['onFailure', 'NotAuthorizedException']);
});

test('an unknown user is rejected with UserNotFoundException', async () => {
  const { callback, args: [error] } = await begin(userOf(custom, 'nobody'));
  assert.deepEqual([callback, error.code], ['onFailure', 'UserNotFoundException']);
});
