import { challenge, initiateAuth, only, passwordVerifier, refusal, respond, signedIn } from '../answers.mjs';

const password = 'Very$ecur3';
const alice = { USERNAME: 'alice', PASSWORD: password };
const mail = { USERNAME: 'alice@example.com', PASSWORD: password };
const unavailable = { ...refusal('InitiateAuth', 'InternalErrorException', 'try later'), status: 500 };
const textMessage = { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******1234' };

export default [
  {
    name: 'SRP, with client metadata',
    steps: [{
      do: 'srp',
      ...alice,
      ClientMetadata: { tenant: 'blue', empty: '' },
      answers: [initiateAuth(passwordVerifier()), respond(signedIn())],
    }],
  },
  {
    name: 'SRP, without client metadata',
    steps: [{ do: 'srp', ...alice, answers: [initiateAuth(passwordVerifier()), respond(signedIn())] }],
  },
  {
    name: 'SRP with an alias',
    steps: [{ do: 'srp', ...mail, answers: [initiateAuth(passwordVerifier('0d4f1c2e')), respond(signedIn())] }],
  },
  {
    name: 'SRP with an alias, and a code for the canonical name',
    steps: [
      {
        do: 'srp',
        ...mail,
        answers: [initiateAuth(passwordVerifier('0d4f1c2e')), respond(challenge('SMS_MFA', textMessage))],
      },
      { do: 'code', CODE: '492432', answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'SRP where USER_ID_FOR_SRP differs from USERNAME',
    steps: [{
      do: 'srp',
      ...mail,
      answers: [
        initiateAuth(passwordVerifier('alice', '0d4f1c2e')),
        respond(signedIn()),
      ],
    }],
  },
  {
    name: 'SRP without a challenge session',
    steps: [{
      do: 'srp',
      ...alice,
      answers: [initiateAuth({ ...passwordVerifier(), Session: undefined }), respond(signedIn())],
    }],
  },
  {
    name: 'SRP with a wrong password, and with the right one',
    steps: [
      {
        do: 'srp',
        USERNAME: 'alice',
        PASSWORD: 'wrong',
        fails: ['npm', 'rust'],
        answers: [
          initiateAuth(passwordVerifier()),
          refusal('RespondToAuthChallenge', 'NotAuthorizedException', 'Incorrect username or password.'),
        ],
      },
      { do: 'srp', ...alice, answers: [initiateAuth(passwordVerifier()), respond(signedIn())] },
    ],
  },
  {
    name: 'a plain-text password',
    steps: [
      { do: 'password', ...alice, answers: [initiateAuth(signedIn())] },
      { do: 'password', ...mail, ClientMetadata: { tenant: 'blue' }, answers: [initiateAuth(signedIn())] },
    ],
  },
  {
    name: 'a plain-text password with an alias, and a code for the canonical name',
    steps: [
      {
        do: 'password',
        ...mail,
        answers: [initiateAuth(challenge('SMS_MFA', { ...textMessage, USER_ID_FOR_SRP: 'alice' }))],
      },
      { do: 'code', CODE: '492432', answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'a plain-text password with validation data and client metadata',
    steps: [{
      do: 'password',
      ...alice,
      ClientMetadata: { tenant: 'blue' },
      ValidationData: { captcha: 'a1b2' },
      answers: [initiateAuth(signedIn())],
    }],
  },
  {
    name: 'a service that fails with an internal error',
    steps: [{
      do: 'srp',
      ...alice,
      fails: ['npm', 'rust'],
      answers: [
        unavailable,
        ...[2, 3].map(() => only('rust', unavailable)),
      ],
    }],
  },
  {
    name: 'every request of a sign-in contains the data for threat protection',
    steps: [
      { do: 'srp', ...alice, answers: [initiateAuth(passwordVerifier()), respond(challenge('SMS_MFA', textMessage))] },
      { do: 'code', CODE: '492432', answers: [respond(signedIn())] },
      { do: 'password', ...alice, answers: [initiateAuth(signedIn())] },
      { do: 'refresh', answers: [initiateAuth(signedIn())] },
    ].map(step => ({ ...step, ClientMetadata: { k: 'v' }, UserContextData: { EncodedData: 'eyJmIjoiMSJ9' } })),
  },
];
