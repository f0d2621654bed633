// The npm package's arithmetic, and whole sign-ins with it at the service that the environment names:
//
//     node npm_bench.mjs arithmetic REPETITIONS
//     node npm_bench.mjs sign_ins IN_FLIGHT SECONDS
//
// As many promises sign in, each once at least, and a sign-in that has begun is brought to its end. The result is a line of
// JSON.
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

/** The signature of a claim with this `A`. */
function claim(helper) {
  let signature;
  helper.getPasswordAuthenticationKey(vector.username, vector.password, srpB, salt, (error, key) => {
    if (error) throw error;
    const hmac = createHmac('sha256', key).update(vector.group).update(vector.username);
    signature = hmac.update(vector.secret_block, 'base64').update(vector.timestamp).digest('base64');
  });
  return signature;
}

/** That it comes to what the core comes to. */
function check() {
  const helper = new AuthenticationHelper(vector.group);
  helper.smallAValue = new BigInteger(vector.a, 16);
  helper.calculateA(helper.smallAValue, (error, largeA) => {
    if (error) throw error;
    helper.largeAValue = largeA;
  });
  if (claim(helper) !== vector.signature) throw new Error("the npm package's signature is not that of the vector");
}

async function signIns(inFlight, seconds) {
  const service = {
    url: process.env.COGNITO_ENDPOINT,
    poolId: process.env.COGNITO_USER_POOL_ID,
    clientId: process.env.COGNITO_CLIENT_ID,
  };
  const once = async () => {
    const { session } = await signIn(service, process.env.COGNITO_USERNAME, process.env.COGNITO_PASSWORD);
    if (!session.isValid()) throw new Error('the npm package has not signed in');
  };
  await once();

  let count = 0;
  const [started, processor] = [performance.now(), process.cpuUsage()];
  const elapsed = () => (performance.now() - started) / 1000;
  const work = async () => {
    do {
      await once();
      count += 1;
    } while (elapsed() < seconds);
  };
  const working = [];
  while (working.length < inFlight) {
    working.push(work());
    // The arithmetic holds up the whole process. If all began in one turn, Node's fetch would give up connecting before
    // it had its turn.
    await setImmediate();
  }
  await Promise.all(working);
  const { user, system } = process.cpuUsage(processor);
  report({ sign_ins: count, seconds: elapsed(), processor_seconds: (user + system) / 1e6 });
}

function report(line) {
  console.log(JSON.stringify(line));
}

const [what, ...numbers] = process.argv.slice(2);
if (what === 'arithmetic' && numbers.length === 1) {
  arithmetic(Number(numbers[0]));
} else if (what === 'sign_ins' && numbers.length === 2) {
  await signIns(Number(numbers[0]), Number(numbers[1]));
} else {
  console.error('usage: npm_bench.mjs arithmetic REPETITIONS | sign_ins IN_FLIGHT SECONDS');
  process.exit(2);
}
