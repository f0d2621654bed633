// Runs a scenario with the npm client and records its requests. The scenario provides the clock, the
// randomness and the answers.
import cognito from 'amazon-cognito-identity-js';
import { hkdfSync } from 'node:crypto';
import { memoryStorage, outcome, result } from '../client.mjs';

/**
 * Runs the scenario and returns the requests. `mock` is the test's mock, which restores the platform after
 * the test.
 */
export async function requestsOfNpmClient(scenario, mock) {
  const script = new Script();
  mock.timers.enable({ apis: ['Date'], now: scenario.unix_millis });
  // The waits between attempts are skipped, because only the requests are compared.
  mock.method(globalThis, 'setTimeout', done => setImmediate(done));
  mock.method(globalThis, 'fetch', (url, init) => script.send(url, init));
  mock.method(cognito.WordArray.prototype, 'random', bytes => wordsOf(script.random(bytes)));
  const client = new Client(scenario);
  for (const [index, step] of scenario.steps.entries()) {
    script.begin(index, step);
    await client.take(step).catch(error => { throw new Error(`step ${index}, ${step.do}`, { cause: error }); });
    script.end();
  }
  return script.requests;
}

function wordsOf(bytes) {
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
  return new cognito.WordArray(words, bytes.length);
}

/** The service and the randomness of a scenario: returns the answers in order, and records the requests. */
class Script {
  requests = [];

  begin(index, { seed, answers }) {
    this.step = index;
    this.seed = Buffer.from(seed);
    this.answers = [...answers.entries()].filter(([, { only }]) => only !== 'rust');
    this.provesDevice = false;
    this.error = undefined;
  }

  async send(url, { method, headers, body }) {
    const sent = { method, url, headers: Object.fromEntries(new Headers(headers)), body: JSON.parse(body) };
    const [index, answer] = this.answers.shift() ?? [];
    if (sent.headers['x-amz-target'].split('.')[1] !== answer?.to) {
      this.error = new Error(`the scenario has no answer to ${JSON.stringify(sent)}`);
      throw this.error;
    }
    this.requests.push({ step: this.step, answer: index, ...sent });
    this.provesDevice = answer.body.ChallengeName === 'DEVICE_SRP_AUTH';
    return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200 });
  }

  /**
   * Returns the bytes that the core draws from the step's seed. The number of bytes identifies their purpose.
   */
  random(bytes) {
    const expand = (label, length) => Buffer.from(hkdfSync('sha256', this.seed, 'cognito-core seed', label, length));
    switch (bytes) {
      // The package's `a` has 1,024 bits, and the core's `a` has 256.
      case 128: return Buffer.concat([Buffer.alloc(96), expand(this.provesDevice ? 'device SRP a' : 'SRP a', 32)]);
      case 40: return expand('device password', 40);
      case 16: return expand('device salt', 16);
      default: throw new Error(`the package draws ${bytes} bytes for an unknown purpose`);
    }
  }

  end() {
    if (this.error) throw this.error;
    if (this.answers.length > 0) throw new Error('the step has answers that were not requested');
  }
}

/** Carries out the steps of a scenario with the npm package. */
class Client {
  constructor({ user_pool_id: UserPoolId, client_id: ClientId, session, device }) {
    this.storage = memoryStorage();
    this.pool = new cognito.CognitoUserPool({ UserPoolId, ClientId, Storage: this.storage });
    if (device) {
      const key = name => `CognitoIdentityServiceProvider.${ClientId}.${device.Username}.${name}`;
      this.storage.setItem(key('deviceKey'), device.DeviceKey);
      this.storage.setItem(key('deviceGroupKey'), device.DeviceGroupKey);
      this.storage.setItem(key('randomPasswordKey'), device.Password);
    }
    if (session) {
      this.user = this.userOf(session.Username);
      this.user.setSignInUserSession(new cognito.CognitoUserSession({
        IdToken: new cognito.CognitoIdToken(session),
        AccessToken: new cognito.CognitoAccessToken(session),
        RefreshToken: new cognito.CognitoRefreshToken(session),
      }));
      this.user.getCachedDeviceKeyAndPassword();
    }
  }

  userOf(Username) {
    return new cognito.CognitoUser({ Username, Pool: this.pool, Storage: this.storage });
  }

  /** Runs a step, and checks that the step succeeds or fails as the scenario says. */
  async take(step) {
    const data = step.UserContextData?.EncodedData;
    globalThis.AmazonCognitoAdvancedSecurityData = data && { getData: () => data };
    const failure = await STEPS[step.do].call(this, step).then(() => undefined, error => error);
    const mustFail = step.fails?.includes('npm') ?? false;
    if (Boolean(failure) !== mustFail) throw failure ?? new Error('the step must fail');
  }

  /** Calls a method that takes an object of callbacks, and stores which callback was called. */
  async ask(call) {
    this.outcome = await outcome(call);
    if (this.outcome.callback === 'onFailure') throw this.outcome.args[0];
  }

  signIn(flow, { USERNAME: Username, PASSWORD: Password, ClientMetadata, ValidationData, same_user: sameUser }) {
    if (!sameUser) this.user = this.userOf(Username);
    this.user.setAuthenticationFlowType(flow);
    const details = new cognito.AuthenticationDetails({ Username, Password, ClientMetadata, ValidationData });
    const method = Password ? 'authenticateUser' : 'initiateAuth';
    return this.ask(callbacks => this.user[method](details, callbacks));
  }
}

const attributes = list => list?.map(attribute => new cognito.CognitoUserAttribute(attribute));

const STEPS = {
  SignUp(step) {
    const { Username, Password, UserAttributes, ValidationData, ClientMetadata } = step;
    const lists = [attributes(UserAttributes), attributes(ValidationData)];
    return result(done => this.pool.signUp(Username, Password, ...lists, done, ClientMetadata));
  },
  ConfirmSignUp({ Username, ConfirmationCode, ForceAliasCreation, ClientMetadata }) {
    const user = this.userOf(Username);
    return result(done => user.confirmRegistration(ConfirmationCode, ForceAliasCreation, done, ClientMetadata));
  },
  ResendConfirmationCode({ Username, ClientMetadata }) {
    return result(done => this.userOf(Username).resendConfirmationCode(done, ClientMetadata));
  },
  ForgotPassword({ Username, ClientMetadata }) {
    return this.ask(callbacks => this.userOf(Username).forgotPassword(callbacks, ClientMetadata));
  },
  ConfirmForgotPassword({ Username, ConfirmationCode, Password, ClientMetadata }) {
    const user = this.userOf(Username);
    return this.ask(callbacks => user.confirmPassword(ConfirmationCode, Password, callbacks, ClientMetadata));
  },

  srp(step) { return this.signIn('USER_SRP_AUTH', step); },
  password(step) { return this.signIn('USER_PASSWORD_AUTH', step); },
  custom(step) { return this.signIn('CUSTOM_AUTH', step); },
  'custom with srp'(step) { return this.signIn('CUSTOM_AUTH', step); },
  code({ CODE, ClientMetadata }) {
    const [challengeName] = this.outcome.args;
    return this.ask(callbacks => this.user.sendMFACode(CODE, callbacks, challengeName, ClientMetadata));
  },
  choice({ ANSWER }) {
    return this.ask(callbacks => this.user.sendMFASelectionAnswer(ANSWER, callbacks));
  },
  'new password'({ NEW_PASSWORD, UserAttributes, ClientMetadata }) {
    const byName = Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]));
    const answer = [NEW_PASSWORD, byName];
    return this.ask(callbacks => this.user.completeNewPasswordChallenge(...answer, callbacks, ClientMetadata));
  },
  'custom answer'({ ANSWER, ClientMetadata }) {
    return this.ask(callbacks => this.user.sendCustomChallengeAnswer(ANSWER, callbacks, ClientMetadata));
  },
  'begin software token'() { return STEPS.AssociateSoftwareToken.call(this); },
  'software token code'(step) { return STEPS.VerifySoftwareToken.call(this, step); },

  refresh({ ClientMetadata }) {
    const token = this.user.getSignInUserSession().getRefreshToken();
    return result(done => this.user.refreshSession(token, done, ClientMetadata));
  },
  RevokeToken() { return result(done => this.user.signOut(done)); },
  GlobalSignOut() { return this.ask(callbacks => this.user.globalSignOut(callbacks)); },

  GetUser() { return result(done => this.user.getUserAttributes(done)); },
  UpdateUserAttributes({ UserAttributes, ClientMetadata }) {
    return result(done => this.user.updateAttributes(attributes(UserAttributes), done, ClientMetadata));
  },
  DeleteUserAttributes({ UserAttributeNames }) {
    return result(done => this.user.deleteAttributes(UserAttributeNames, done));
  },
  GetUserAttributeVerificationCode({ AttributeName, ClientMetadata }) {
    return this.ask(callbacks => this.user.getAttributeVerificationCode(AttributeName, callbacks, ClientMetadata));
  },
  VerifyUserAttribute({ AttributeName, Code }) {
    return this.ask(callbacks => this.user.verifyAttribute(AttributeName, Code, callbacks));
  },
  ChangePassword({ PreviousPassword, ProposedPassword, ClientMetadata }) {
    return result(done => this.user.changePassword(PreviousPassword, ProposedPassword, done, ClientMetadata));
  },
  SetUserMFAPreference({ SMSMfaSettings, SoftwareTokenMfaSettings }) {
    const settings = [SMSMfaSettings ?? null, SoftwareTokenMfaSettings ?? null];
    return result(done => this.user.setUserMfaPreference(...settings, done));
  },
  SetUserSettings({ MFAOptions }) {
    return result(done => (MFAOptions.length > 0 ? this.user.enableMFA(done) : this.user.disableMFA(done)));
  },
  AssociateSoftwareToken() { return this.ask(callbacks => this.user.associateSoftwareToken(callbacks)); },
  VerifySoftwareToken({ UserCode, FriendlyDeviceName }) {
    return this.ask(callbacks => this.user.verifySoftwareToken(UserCode, FriendlyDeviceName, callbacks));
  },
  DeleteUser({ ClientMetadata }) { return result(done => this.user.deleteUser(done, ClientMetadata)); },

  ListDevices({ Limit, PaginationToken }) {
    return this.ask(callbacks => this.user.listDevices(Limit, PaginationToken ?? null, callbacks));
  },
  GetDevice() { return this.ask(callbacks => this.user.getDevice(callbacks)); },
  ForgetDevice({ DeviceKey }) {
    const isOwnDevice = DeviceKey === this.user.deviceKey;
    const forget = callbacks => this.user.forgetSpecificDevice(DeviceKey, callbacks);
    return this.ask(isOwnDevice ? callbacks => this.user.forgetDevice(callbacks) : forget);
  },
  UpdateDeviceStatus({ DeviceRememberedStatus }) {
    const isRemembered = DeviceRememberedStatus === 'remembered';
    const method = isRemembered ? 'setDeviceStatusRemembered' : 'setDeviceStatusNotRemembered';
    return this.ask(callbacks => this.user[method](callbacks));
  },
};
