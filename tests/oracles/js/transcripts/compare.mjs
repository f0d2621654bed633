// Compares the requests of two clients, and their differences with the known differences.
import { isDeepStrictEqual } from 'node:util';

/** The headers in which the clients name themselves. They are not compared. */
const USER_AGENTS = ['user-agent', 'x-amz-user-agent'];

/**
 * Returns the differences between the requests of the two clients in a scenario. The members `npm` and `rust`
 * are the values at `path` in each client's request. A member is absent if the request has no value at that
 * path.
 */
export function differences(scenario, npm, rust) {
  const key = ({ step, answer }) => `${step}/${answer}`;
  const keys = new Set([...npm, ...rust].map(key));
  return [...keys].flatMap(sent => {
    const pair = { npm: npm.find(request => key(request) === sent), rust: rust.find(request => key(request) === sent) };
    const step = scenario.steps[(pair.npm ?? pair.rust).step];
    const operation = step.answers[(pair.npm ?? pair.rust).answer].to;
    const isPair = pair.npm && pair.rust;
    const found = isPair ? compareValues('', comparable(pair.npm), comparable(pair.rust)) : [unpaired(pair)];
    return found.map(difference => ({ scenario: scenario.name, operation, ...difference }));
  });
}

function unpaired({ npm }) {
  return npm ? { path: 'request', npm: 'sent' } : { path: 'request', rust: 'sent' };
}

function comparable({ method, url, headers, body }) {
  const named = Object.entries(headers).filter(([name]) => !USER_AGENTS.includes(name));
  return { method, url, headers: Object.fromEntries(named), body };
}

function compareValues(path, npm, rust) {
  if (isDeepStrictEqual(npm, rust)) return [];
  const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isObject(npm) || !isObject(rust)) {
    return [{ path, ...(npm === undefined ? {} : { npm }), ...(rust === undefined ? {} : { rust }) }];
  }
  const names = new Set([...Object.keys(npm), ...Object.keys(rust)]);
  return [...names].flatMap(name => compareValues(path ? `${path}.${name}` : name, npm[name], rust[name]));
}

/**
 * Returns whether a difference is the known one: the operation, the path, the values and, if the known
 * difference names one, the scenario are equal.
 */
export function isKnown(known, difference) {
  const { quirk: _quirk, why: _why, ...expected } = known;
  return isDeepStrictEqual({ scenario: difference.scenario, ...expected }, difference);
}
