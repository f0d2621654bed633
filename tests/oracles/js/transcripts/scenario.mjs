// The scenarios: the calls with their inputs, and the responses of the service.
//
// A scenario has a name, steps, and optionally the client's initial `session` and `device`. The member `do`
// of a step is an operation or a part of a sign-in. Its inputs have the names of the API. `fails` lists the
// clients for which the step must fail, "npm" or "rust". `answers` are the responses: `to` is the operation,
// and `only` restricts a response to one client.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { challenge, initiateAuth, respond, signedIn } from './answers.mjs';
import challenges from './scenarios/challenges.mjs';
import customAuth from './scenarios/custom_auth.mjs';
import devices from './scenarios/devices.mjs';
import sessions from './scenarios/sessions.mjs';
import signIn from './scenarios/sign_in.mjs';
import signUp from './scenarios/sign_up.mjs';
import signedInUser from './scenarios/signed_in_user.mjs';

const COMMON = {
  unix_millis: Date.UTC(2019, 0, 1, 6, 6, 9),
  user_pool_id: 'us-east-1_QdbSdK39m',
  client_id: '3pu8tnp684l4lmlfoth25ojmd2',
  // The npm client uses this name for a new device.
  device_name: globalThis.navigator?.userAgent ?? 'nodejs',
};

/**
 * Returns every scenario: the written ones, and one sign-in for each of the core's test vectors, at a time of
 * the vectors.
 */
export function scenarios() {
  const vectors = JSON.parse(readFileSync(new URL('../../../../core/src/srp/vectors/srp.json', import.meta.url)));
  const written = [signUp, signIn, challenges, customAuth, devices, sessions, signedInUser].flat();
  const clocks = vectors.timestamps.map(({ unix_seconds: seconds }) => seconds * 1000);
  const signIns = vectors.sign_in.map((vector, index) => {
    return { name: `vector ${index}, ${vector.edge}`, unix_millis: clocks[index % clocks.length], ...signInOf(vector) };
  });
  return [...written, ...signIns].map(complete);
}

/** Completes a scenario with the common members, and each step with its own seed. */
function complete(scenario) {
  const steps = scenario.steps.map((step, index) => ({
    ...step,
    seed: [...createHash('sha256').update(`${scenario.name}, step ${index}`).digest()],
    answers: step.answers.map(answer => ({ body: {}, ...answer })),
  }));
  return { ...COMMON, ...scenario, steps };
}

/**
 * Returns a sign-in with the proof of a test vector: of a device if the vector has a device group, else of a
 * user.
 */
function signInOf({ group, username, password, salt: SALT, srp_b: SRP_B, secret_block: SECRET_BLOCK }) {
  const proof = { SALT, SRP_B, SECRET_BLOCK };
  if (!group.startsWith('-')) {
    const answers = [
      initiateAuth(challenge('PASSWORD_VERIFIER', { ...proof, USERNAME: username, USER_ID_FOR_SRP: username })),
      respond(signedIn()),
    ];
    const step = { do: 'srp', USERNAME: username, PASSWORD: password, answers };
    return { user_pool_id: `us-east-1_${group}`, steps: [step] };
  }
  const device = { Username: 'alice', DeviceKey: username, DeviceGroupKey: group, Password: password };
  const answers = [
    initiateAuth(challenge('DEVICE_SRP_AUTH')),
    respond(challenge('DEVICE_PASSWORD_VERIFIER', { ...proof, USERNAME: 'alice' })),
    respond(signedIn()),
  ];
  return { device, steps: [{ do: 'password', USERNAME: 'alice', PASSWORD: 'Very$ecur3', answers }] };
}
