// Runs the same scenarios with the npm client and with the core, and compares their requests. With the same
// inputs, clock, randomness and responses, both clients must send the same requests.
// transcripts/differences.json lists the exceptions and their reasons. Its member `quirk` is the number of a
// fault in the project's list of the npm client's faults, or null if the npm client is not at fault.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { feedExample } from './service.mjs';
import { differences, isKnown } from './transcripts/compare.mjs';
import { requestsOfNpmClient } from './transcripts/npm_client.mjs';
import { scenarios } from './transcripts/scenario.mjs';

const known = JSON.parse(readFileSync(new URL('transcripts/differences.json', import.meta.url)));
const seen = new Set();

for (const scenario of scenarios()) {
  test(`both clients send the same requests: ${scenario.name}`, async t => {
    const npm = await requestsOfNpmClient(scenario, t.mock);
    const rust = requestsOfCore(scenario);
    assert.ok(npm.length > 0 && rust.length > 0);
    const unknown = differences(scenario, npm, rust).filter(difference => {
      const entries = known.filter(entry => isKnown(entry, difference));
      entries.forEach(entry => seen.add(entry));
      return entries.length === 0;
    });
    assert.deepEqual(unknown, []);
  });
}

test('every listed difference still exists', () => {
  assert.deepEqual(known.filter(entry => !seen.has(entry)), []);
});

function requestsOfCore(scenario) {
  const lines = feedExample('transcript', JSON.stringify(scenario)).split('\n');
  return lines.filter(Boolean).map(line => JSON.parse(line));
}
