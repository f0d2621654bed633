// Measures the npm package: its SRP arithmetic, or complete sign-ins at the service that the environment
// variables name:
//
//     node npm_bench.mjs arithmetic REPETITIONS
//     node npm_bench.mjs sign_ins IN_FLIGHT SECONDS
//
// IN_FLIGHT promises sign in repeatedly for SECONDS, each at least once. A sign-in that has begun is
// completed. The result is one line of JSON.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { signIn } from '../oracles/js/client.mjs';

const require = createRequire(new URL('../oracles/js/client.mjs', import.meta.url));
const { AuthenticationHelper } = require('amazon-cognito-identity-js');
const BigInteger = require('amazon-cognito-identity-js/lib/BigInteger.js').default;

const vectors = JSON.parse(readFileSync(new URL('../../core/src/srp/vectors/srp.json', import.meta.url)));
const vector = vectors.sign_in.find(({ edge }) => edge === 'plain');
const salt = new BigInteger(vector.salt, 16);
const srpB = new BigInteger(vector.srp_b, 16);

function arithmetic(repetitions) {
  check();
  const milliseconds = [];
  for (let done = 0; done < repetitions; done += 1) {
    const started = performance.now();
    claim(new AuthenticationHelper(vector.group));
    milliseconds.push(performance.now() - started);
  }
  milliseconds.sort((one, other) => one - other);
  report({ name: 'amazon-cognito-identity-js', milliseconds: milliseconds[Math.floor(repetitions / 2)] });
}

/** Returns the signature of the password claim, computed with the `a` of this helper. */
function claim(helper) {
  let signature;
  helper.getPasswordAuthenticationKey(vector.username, vector.password, srpB, salt, (error, key) => {
    if (error) throw error;
    const hmac = createHmac('sha256', key).update(vector.group).update(vector.username);
    signature = hmac.update(vector.secret_block, 'base64').update(vector.timestamp).digest('base64');
  });
  return signature;
}

/** Checks that the package computes the signature of the test vector. */
function check() {
  const helper = new AuthenticationHelper(vector.group);
  helper.smallAValue = new BigInteger(vector.a, 16);
  helper.calculateA(helper.smallAValue, (error, largeA) => {
    if (error) throw error;
    helper.largeAValue = largeA;
  });
  if (claim(helper) !== vector.signature) throw new Error("the npm package's signature differs from the test vector's");
}

async function signIns(inFlight, seconds) {
  const service = {
    url: process.env.COGNITO_ENDPOINT,
    poolId: process.env.COGNITO_USER_POOL_ID,
    clientId: process.env.COGNITO_CLIENT_ID,
  };
  const once = async () => {
    const { session } = await signIn(service, process.env.COGNITO_USERNAME, process.env.COGNITO_PASSWORD);
    if (!session.isValid()) throw new Error('the npm package failed to sign in');
  };
  await once();

  let count = 0;
  const [started, processor] = [performance.now(), process.cpuUsage()];
  const elapsed = () => (performance.now() - started) / 1000;
  const signInRepeatedly = async () => {
    do {
      await once();
      count += 1;
    } while (elapsed() < seconds);
  };
  const running = [];
  while (running.length < inFlight) {
    running.push(signInRepeatedly());
    // The arithmetic blocks Node's event loop. If all sign-ins started in the same turn of the loop, Node's
    // fetch would time out while connecting.
    await setImmediate();
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(processor);
  report({ sign_ins: count, seconds: elapsed(), processor_seconds: (user + system) / 1e6 });
}

function report(line) {
  console.log(JSON.stringify(line));
}

const [mode, ...numbers] = process.argv.slice(2);
if (mode === 'arithmetic' && numbers.length === 1) {
  arithmetic(Number(numbers[0]));
} else if (mode === 'sign_ins' && numbers.length === 2) {
  await signIns(Number(numbers[0]), Number(numbers[1]));
} else {
  console.error('usage: npm_bench.mjs arithmetic REPETITIONS | sign_ins IN_FLIGHT SECONDS');
  process.exit(2);
}
