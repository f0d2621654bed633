import { initiateAuth, call, only, refusal, signedIn, tokens } from '../answers.mjs';

const session = { Username: 'alice', ...tokens() };
const DeviceKey = 'us-east-1_1049fa69-1111-2222-3333-ebbacf504c3a';
const device = { Username: 'alice', DeviceKey, DeviceGroupKey: '-2dgIgdgc', Password: 'cGFzc3dvcmQ=' };
const renewed = signedIn(undefined, { device_key: DeviceKey });
const revoked = refusal('InitiateAuth', 'NotAuthorizedException', 'Refresh Token has been revoked');
const unsupported = refusal('RevokeToken', 'UnsupportedTokenTypeException', 'The token cannot be revoked.');

export default [
  {
    name: 'tokens are refreshed',
    session,
    steps: [
      { do: 'refresh', ClientMetadata: { tenant: 'blue' }, answers: [initiateAuth(signedIn())] },
      { do: 'refresh', answers: [initiateAuth(signedIn())] },
    ],
  },
  {
    name: 'tokens are refreshed with the device',
    session,
    device,
    steps: [
      { do: 'refresh', ClientMetadata: { tenant: 'blue' }, answers: [initiateAuth(renewed)] },
      { do: 'refresh', answers: [initiateAuth(renewed)] },
    ],
  },
  {
    name: 'a rejected refresh token',
    session,
    device,
    steps: [{
      do: 'refresh',
      fails: ['npm', 'rust'],
      answers: [revoked, ...[2, 3, 4, 5, 6].map(() => only('npm', revoked))],
    }],
  },
  {
    name: 'the refresh token is revoked',
    session,
    steps: [call('RevokeToken')],
  },
  {
    name: 'a refresh token that cannot be revoked',
    session,
    steps: [{
      do: 'RevokeToken',
      fails: ['npm', 'rust'],
      answers: [unsupported, ...[2, 3, 4, 5, 6].map(() => only('npm', unsupported))],
    }],
  },
  {
    name: 'the user signs out on all devices',
    session,
    steps: [call('GlobalSignOut')],
  },
];
