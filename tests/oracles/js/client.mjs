// Wraps the callbacks of the npm client into promises.
import cognito from 'amazon-cognito-identity-js';

export const PASSWORD = 'Correct-horse-1';

export function poolOf({ poolId, clientId, url }, storage) {
  return new cognito.CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint: url, Storage: storage });
}

export function userOf(service, username, storage = memoryStorage()) {
  return new cognito.CognitoUser({ Username: username, Pool: poolOf(service, storage), Storage: storage });
}

export function details(username, password) {
  return new cognito.AuthenticationDetails({ Username: username, Password: password });
}

/** Signs in a user for whom the service asks no challenge except the password. */
export async function signIn(service, username, password, storage = memoryStorage()) {
  const user = userOf(service, username, storage);
  const outcome = await authenticate(user, password);
  if (outcome.callback === 'onFailure') throw outcome.args[0];
  return { user, session: outcome.args[0] };
}

export function authenticate(user, password = PASSWORD) {
  return outcome(callbacks => user.authenticateUser(details(user.getUsername(), password), callbacks));
}

const CALLBACKS = [
  'onSuccess', 'onFailure', 'mfaRequired', 'totpRequired', 'selectMFAType', 'mfaSetup', 'customChallenge',
  'newPasswordRequired', 'associateSecretCode', 'inputVerificationCode',
];

/**
 * Calls a method that takes an object of callbacks. Resolves to the name and the arguments of the callback
 * that is called.
 */
export function outcome(call) {
  return new Promise(resolve => {
    const report = callback => [callback, (...args) => resolve({ callback, args })];
    call(Object.fromEntries(CALLBACKS.map(report)));
  });
}

/** Calls a method that takes one callback for both failure and success. */
export function result(call) {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
}

/** Returns a storage for the npm client that keeps its entries in an object. */
export function memoryStorage(entries = {}) {
  return {
    entries,
    setItem: (key, value) => { entries[key] = String(value); },
    getItem: key => entries[key] ?? null,
    removeItem: key => { delete entries[key]; },
    clear: () => Object.keys(entries).forEach(key => delete entries[key]),
  };
}
