// Starts the programs under test, and wraps the npm client's callbacks into promises.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import cognito from 'amazon-cognito-identity-js';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

/** A simulated service with one pool, as `cognito-sim` announces it; `stop` ends it. */
export async function startService() {
  const config = fileURLToPath(new URL('pool.json', import.meta.url));
  const program = spawn(`${target}/debug/cognito-sim`, ['--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const { url, pools } = JSON.parse((await lines.next()).value);
  return { url, poolId: pools[0].id, clientId: pools[0].clients[0].id, stop: () => program.kill() };
}

/** Runs an example of `cognito-testkit` to its end, and gives its output. */
export function runExample(name, ...args) {
  return execFileSync(`${target}/debug/examples/${name}`, args, { encoding: 'utf8' });
}

export function poolOf(service, storage) {
  const { poolId, clientId, url } = service;
  return new cognito.CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint: url, Storage: storage });
}

export function signIn(service, username, password, storage = memoryStorage()) {
  const user = new cognito.CognitoUser({ Username: username, Pool: poolOf(service, storage), Storage: storage });
  const details = new cognito.AuthenticationDetails({ Username: username, Password: password });
  return new Promise((resolve, reject) => {
    user.authenticateUser(details, { onSuccess: session => resolve({ user, session }), onFailure: reject });
  });
}

/** A storage of the form that the client takes, whose entries are an object. */
export function memoryStorage(entries = {}) {
  return {
    entries,
    setItem: (key, value) => { entries[key] = String(value); },
    getItem: key => entries[key] ?? null,
    removeItem: key => { delete entries[key]; },
    clear: () => Object.keys(entries).forEach(key => delete entries[key]),
  };
}
