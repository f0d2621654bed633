// The same scenarios by the npm client and by the core, request by request. With the same inputs, clock and randomness,
// and the same answers of the service, both send the same. Where they do not, transcripts/differences.json says why;
// `quirk` is the number of what the npm client does wrong there, in the project's list of its faults, and null where it
// is not at fault.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { feedExample } from './service.mjs';
import { differences, isKnown } from './transcripts/compare.mjs';
import { requestsOfNpmClient } from './transcripts/npm_client.mjs';
import { scenarios } from './transcripts/scenario.mjs';

const known = JSON.parse(readFileSync(new URL('transcripts/differences.json', import.meta.url)));
const met = new Set();

for (const scenario of scenarios()) {
  test(`both clients send the same: ${scenario.name}`, async t => {
    const npm = await requestsOfNpmClient(scenario, t.mock);
    const rust = requestsOfCore(scenario);
    assert.ok(npm.length > 0 && rust.length > 0);
    const unknown = differences(scenario, npm, rust).filter(difference => {
      const entries = known.filter(entry => isKnown(entry, difference));
      entries.forEach(entry => met.add(entry));
      return entries.length === 0;
    });
    assert.deepEqual(unknown, []);
  });
}

test('every difference on the list is still there', () => {
  assert.deepEqual(known.filter(entry => !met.has(entry)), []);
});

function requestsOfCore(scenario) {
  const lines = feedExample('transcript', JSON.stringify(scenario)).split('\n');
  return lines.filter(Boolean).map(line => JSON.parse(line));
}
