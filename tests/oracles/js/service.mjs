// Starts the programs under test, and steers the simulated service from outside.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

/** A simulated service, as `cognito-sim` announces it, with its first pool; `stop` ends it. */
export async function startService() {
  const config = fileURLToPath(new URL('pool.json', import.meta.url));
  const program = spawn(`${target}/debug/cognito-sim`, ['--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const { url, pools } = JSON.parse((await lines.next()).value);
  const named = pools.map(({ id, clients: [client] }) => ({ name: client.name, url, poolId: id, clientId: client.id }));
  return { ...named[0], named, stop: () => program.kill() };
}

/** The service as the pool whose app client has this name. */
export function poolNamed(service, name) {
  return service.named.find(pool => pool.name === name);
}

/** Runs an example of the integration tests to its end, and gives its output. */
export function runExample(name, ...args) {
  return execFileSync(`${target}/debug/examples/${name}`, args, { encoding: 'utf8' });
}

/** Runs an example of the integration tests on this input, and gives its output. */
export function feedExample(name, input) {
  return execFileSync(`${target}/debug/examples/${name}`, { input, encoding: 'utf8' });
}

/** Carries out a set-up operation on the pool. */
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

/** The last code that was sent to a user. */
export async function codeOf({ url }, username) {
  const messages = await (await fetch(`${url}/_sim/messages`)).json();
  return messages.filter(message => message.username === username).at(-1).code;
}

/** Moves the service's clock, and gives its time in seconds. */
export async function advance({ url }, seconds) {
  const response = await fetch(`${url}/_sim/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
  return (await response.json()).unix_seconds;
}
