import {
  challenge, devicePasswordVerifier, initiateAuth, call, only, passwordVerifier, refusal, respond, signedIn, tokens,
} from '../answers.mjs';

const ClientMetadata = { tenant: 'blue' };
const alice = { USERNAME: 'alice', PASSWORD: 'Very$ecur3' };
const DeviceKey = 'us-east-1_1049fa69-1111-2222-3333-ebbacf504c3a';
const device = {
  Username: 'alice',
  DeviceKey,
  DeviceGroupKey: '-2dgIgdgc',
  Password: 'RtGsc1ngbB1gbgubXpfXttR/SIRtMFGR34wHva2z+fGPRNcCPL34oA==',
};
const newDevice = { DeviceKey: 'us-east-1_ff30211a-1111-2222-3333-90b577b5bf80', DeviceGroupKey: '-Kgef1I9b' };
const confirmed = { to: 'ConfirmDevice', body: { UserConfirmationNecessary: false } };
const textMessage = () => challenge('SMS_MFA', { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS' });
const question = () => challenge('CUSTOM_CHALLENGE', { USERNAME: 'alice', question: '1 + 1' });

/** Returns a sign-in by SRP, with these responses after the first. */
const srp = (...answers) => ({ do: 'srp', ...alice, answers: [initiateAuth(passwordVerifier()), ...answers] });

/** Returns the responses to the proof of a device, which completes the sign-in. */
const proof = (key = DeviceKey) => [
  respond(devicePasswordVerifier(key)),
  respond(signedIn(undefined, { device_key: key })),
];
const ask = () => challenge('DEVICE_SRP_AUTH', { USERNAME: 'alice' });
const forgotten = to => refusal(to, 'ResourceNotFoundException', 'Device does not exist.');

export default [
  {
    name: 'a new device is registered after SRP, and proves itself in sign-ins by SRP and by password',
    steps: [
      srp(respond(signedIn(newDevice)), confirmed),
      srp(respond(ask()), ...proof(newDevice.DeviceKey)),
      { do: 'password', ...alice, answers: [initiateAuth(ask()), ...proof(newDevice.DeviceKey)] },
      { do: 'refresh', answers: [initiateAuth(signedIn())] },
    ],
  },
  {
    name: 'a new device is registered after a code',
    steps: [
      srp(respond(textMessage())),
      { do: 'code', CODE: '492432', answers: [respond(signedIn(newDevice)), confirmed] },
    ],
  },
  {
    name: 'a new device that cannot be registered',
    steps: [{
      do: 'password',
      ...alice,
      fails: ['npm'],
      answers: [initiateAuth(signedIn(newDevice)), refusal('ConfirmDevice', 'InvalidParameterException', 'not now')],
    }],
  },
  {
    name: 'a new device is registered after a plain-text password',
    steps: [{ do: 'password', ...alice, answers: [initiateAuth(signedIn(newDevice)), confirmed] }],
  },
  {
    name: 'a new device is registered after custom challenges',
    steps: [
      { do: 'custom', USERNAME: 'alice', answers: [initiateAuth(question())] },
      { do: 'custom answer', ANSWER: '2', answers: [respond(signedIn(newDevice)), confirmed] },
    ],
  },
  {
    name: 'a new device is registered after a new password',
    steps: [
      srp(respond(challenge('NEW_PASSWORD_REQUIRED', { userAttributes: '{}', requiredAttributes: '[]' }))),
      {
        do: 'new password',
        NEW_PASSWORD: 'Battery-staple-2',
        UserAttributes: [],
        answers: [respond(signedIn(newDevice)), confirmed],
      },
    ],
  },
  {
    name: 'a known device proves itself, with client metadata in the sign-in',
    device,
    steps: [{
      do: 'srp',
      ...alice,
      ClientMetadata,
      UserContextData: { EncodedData: 'eyJmaW5nZXJwcmludCI6IjEifQ==' },
      answers: [initiateAuth(passwordVerifier()), respond(ask()), ...proof()],
    }],
  },
  {
    name: 'a known device of a user who signs in with an alias',
    device,
    steps: [{
      do: 'srp',
      USERNAME: 'alice@example.com',
      PASSWORD: 'Very$ecur3',
      answers: [initiateAuth(passwordVerifier()), respond(ask()), ...proof()],
    }],
  },
  {
    name: 'a known device proves itself after a code, with client metadata',
    device,
    steps: [
      srp(respond({ ...textMessage(), Session: 'for a code' })),
      {
        do: 'code',
        CODE: '492432',
        ClientMetadata,
        answers: [respond({ ...ask(), Session: 'for the device' }), ...proof()],
      },
    ],
  },
  {
    name: 'a known device is named and proves itself in a custom sign-in after SRP',
    device,
    steps: [
      {
        do: 'custom with srp',
        ...alice,
        answers: [initiateAuth(passwordVerifier()), respond(question())],
      },
      { do: 'custom answer', ANSWER: '2', answers: [respond(ask()), ...proof()] },
    ],
  },
  {
    name: 'a known device in a custom sign-in without SRP',
    device,
    steps: [
      { do: 'custom', USERNAME: 'alice', answers: [initiateAuth(question())] },
      { do: 'custom answer', ANSWER: '2', answers: [respond(ask()), ...proof()] },
    ],
  },
  {
    name: 'one user object signs in again with its device',
    device,
    steps: [
      srp(respond(ask()), ...proof()),
      { ...srp(respond(ask()), ...proof()), same_user: true },
    ],
  },
  {
    name: 'a device that the service forgot',
    device,
    steps: [{
      do: 'srp',
      ...alice,
      answers: [
        initiateAuth(passwordVerifier()),
        forgotten('RespondToAuthChallenge'),
        only('npm', respond(signedIn())),
        only('rust', initiateAuth(passwordVerifier())),
        only('rust', respond(signedIn())),
      ],
    }],
  },
  {
    name: 'a device that the service forgot, with a plain-text password',
    device,
    steps: [{
      do: 'password',
      ...alice,
      answers: [forgotten('InitiateAuth'), only('rust', initiateAuth(signedIn()))],
      fails: ['npm'],
    }],
  },
  {
    name: 'a device that the service forgot before a code',
    device,
    steps: [
      srp(respond(textMessage())),
      {
        do: 'code',
        CODE: '492432',
        answers: [forgotten('RespondToAuthChallenge'), only('rust', respond(signedIn()))],
        fails: ['npm'],
      },
    ],
  },
  {
    name: 'a device that the service forgot before a refresh',
    device,
    session: { Username: 'alice', ...tokens({ device_key: DeviceKey }) },
    steps: [{
      do: 'refresh',
      answers: [
        forgotten('InitiateAuth'),
        ...[2, 3, 4, 5, 6].map(() => only('npm', forgotten('InitiateAuth'))),
        only('rust', initiateAuth(signedIn())),
      ],
      fails: ['npm'],
    }],
  },
  {
    name: 'devices are listed, shown, remembered, and forgotten',
    device,
    session: { Username: 'alice', ...tokens({ device_key: DeviceKey }) },
    steps: [
      call('ListDevices', { Limit: 10 }, { Devices: [], PaginationToken: 'next' }),
      call('ListDevices', { Limit: 10, PaginationToken: 'next' }, { Devices: [] }),
      call('GetDevice', { DeviceKey }, { Device: { DeviceKey } }),
      call('UpdateDeviceStatus', { DeviceKey, DeviceRememberedStatus: 'remembered' }),
      call('UpdateDeviceStatus', { DeviceKey, DeviceRememberedStatus: 'not_remembered' }),
      call('ForgetDevice', { DeviceKey: newDevice.DeviceKey }),
      call('ForgetDevice', { DeviceKey }),
    ],
  },
];
