// Starts the programs under test, and controls the simulated service.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

/**
 * Starts `cognito-sim` and returns its URL and its user pools. The result represents the first pool, and
 * `stop` ends it.
 */
export async function startService() {
  const config = fileURLToPath(new URL('pool.json', import.meta.url));
  const program = spawn(`${target}/debug/cognito-sim`, ['--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const { url, pools } = JSON.parse((await lines.next()).value);
  const named = pools.map(({ id, clients: [client] }) => ({ name: client.name, url, poolId: id, clientId: client.id }));
  return { ...named[0], named, stop: () => program.kill() };
}

/** Returns the user pool whose app client has this name. */
export function poolNamed(service, name) {
  return service.named.find(pool => pool.name === name);
}

/** Runs an example of the integration tests with these arguments, and returns its output. */
export function runExample(name, ...args) {
  return execFileSync(`${target}/debug/examples/${name}`, args, { encoding: 'utf8' });
}

/** Runs an example of the integration tests with this standard input, and returns its output. */
export function feedExample(name, input) {
  return execFileSync(`${target}/debug/examples/${name}`, { input, encoding: 'utf8' });
}

/** Calls an administrator operation on the user pool. */
export async function administer({ url, poolId }, operation, members) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify({ UserPoolId: poolId, ...members }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${body}`);
  return body ? JSON.parse(body) : {};
}

/** Returns the newest code that was sent to a user. */
export async function codeOf({ url }, username) {
  const messages = await (await fetch(`${url}/_sim/messages`)).json();
  return messages.filter(message => message.username === username).at(-1).code;
}

/** Advances the service's clock, and returns its new time in seconds. */
export async function advance({ url }, seconds) {
  const response = await fetch(`${url}/_sim/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
  return (await response.json()).unix_seconds;
}
