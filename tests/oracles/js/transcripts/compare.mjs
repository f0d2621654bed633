// Holds the requests of two clients against each other, and their differences against those that are known.
import { isDeepStrictEqual } from 'node:util';

/** Who sends, which each client says in a header of its own. */
const USER_AGENTS = ['user-agent', 'x-amz-user-agent'];

/**
 * What one client sends in a scenario and the other does not, or differently. `npm` and `rust` are what each of them has
 * at this path of the request, and missing where it has nothing.
 */
export function differences(scenario, npm, rust) {
  const key = ({ step, answer }) => `${step}/${answer}`;
  const keys = new Set([...npm, ...rust].map(key));
  return [...keys].flatMap(sent => {
    const pair = { npm: npm.find(request => key(request) === sent), rust: rust.find(request => key(request) === sent) };
    const step = scenario.steps[(pair.npm ?? pair.rust).step];
    const operation = step.answers[(pair.npm ?? pair.rust).answer].to;
    const found = pair.npm && pair.rust ? inside('', comparable(pair.npm), comparable(pair.rust)) : [only(pair)];
    return found.map(difference => ({ scenario: scenario.name, operation, ...difference }));
  });
}

function only({ npm }) {
  return npm ? { path: 'request', npm: 'sent' } : { path: 'request', rust: 'sent' };
}

function comparable({ method, url, headers, body }) {
  const named = Object.entries(headers).filter(([name]) => !USER_AGENTS.includes(name));
  return { method, url, headers: Object.fromEntries(named), body };
}

function inside(path, npm, rust) {
  if (isDeepStrictEqual(npm, rust)) return [];
  const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isObject(npm) || !isObject(rust)) {
    return [{ path, ...(npm === undefined ? {} : { npm }), ...(rust === undefined ? {} : { rust }) }];
  }
  const names = new Set([...Object.keys(npm), ...Object.keys(rust)]);
  return [...names].flatMap(name => inside(path ? `${path}.${name}` : name, npm[name], rust[name]));
}

/**
 * Whether a difference is the known one: of this operation, at this path, with these values, and in this scenario, if it
 * names one.
 */
export function isKnown(known, difference) {
  const { quirk: _quirk, why: _why, ...expected } = known;
  return isDeepStrictEqual({ scenario: difference.scenario, ...expected }, difference);
}
