import { challenge, initiateAuth, passwordVerifier, refusal, respond, signedIn } from '../answers.mjs';

const textMessage = { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******1234' };
const ClientMetadata = { tenant: 'blue' };

/** Returns a sign-in by SRP that leads to this challenge. */
function srpTo(...challenged) {
  const answers = [initiateAuth(passwordVerifier()), respond(challenge(...challenged))];
  return { do: 'srp', USERNAME: 'alice', PASSWORD: 'Very$ecur3', ClientMetadata, answers };
}

const newPassword = {
  userAttributes: '{"email":"alice@example.com"}',
  requiredAttributes: '["userAttributes.given_name","userAttributes.custom:team"]',
};

const scenarios = [
  {
    name: 'a new password with the required attributes',
    steps: [
      srpTo('NEW_PASSWORD_REQUIRED', newPassword),
      {
        do: 'new password',
        NEW_PASSWORD: 'Battery-staple-2',
        UserAttributes: [{ Name: 'given_name', Value: 'Älice' }, { Name: 'custom:team', Value: 'blue' }],
        ClientMetadata,
        answers: [respond(signedIn())],
      },
    ],
  },
  {
    name: 'a new password without attributes, then the set-up of an authenticator app',
    steps: [
      srpTo('NEW_PASSWORD_REQUIRED', { userAttributes: '{}', requiredAttributes: '[]' }),
      {
        do: 'new password',
        NEW_PASSWORD: 'Battery-staple-2',
        UserAttributes: [],
        answers: [respond(challenge('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' }))],
      },
    ],
  },
  {
    name: 'a wrong code by text message',
    steps: [
      srpTo('SMS_MFA', textMessage),
      {
        do: 'code',
        CODE: '000000',
        ClientMetadata,
        fails: ['npm', 'rust'],
        answers: [refusal('RespondToAuthChallenge', 'CodeMismatchException', 'Invalid code received for user')],
      },
    ],
  },
  {
    name: 'a code by text message',
    steps: [
      srpTo('SMS_MFA', textMessage),
      { do: 'code', CODE: '492432', ClientMetadata, answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'a code from an authenticator app',
    steps: [
      srpTo('SOFTWARE_TOKEN_MFA', { FRIENDLY_DEVICE_NAME: 'phone' }),
      { do: 'code', CODE: '492432', ClientMetadata, answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'text messages are chosen as the second factor',
    steps: [
      srpTo('SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]' }),
      { do: 'choice', ANSWER: 'SMS_MFA', answers: [respond(challenge('SMS_MFA', textMessage))] },
      { do: 'code', CODE: '492432', answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'an authenticator app is chosen as the second factor',
    steps: [
      srpTo('SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]' }),
      {
        do: 'choice',
        ANSWER: 'SOFTWARE_TOKEN_MFA',
        ClientMetadata,
        answers: [respond(challenge('SOFTWARE_TOKEN_MFA'))],
      },
      { do: 'code', CODE: '492432', answers: [respond(signedIn())] },
    ],
  },
  {
    name: 'an authenticator app is set up in a sign-in',
    steps: [
      srpTo('MFA_SETUP', { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' }),
      {
        do: 'begin software token',
        answers: [{ to: 'AssociateSoftwareToken', body: { SecretCode: 'GEZDGNBVGY3TQOJQ', Session: 'associated' } }],
      },
      {
        do: 'software token code',
        UserCode: '492432',
        FriendlyDeviceName: 'Älice\'s phone',
        ClientMetadata,
        answers: [
          { to: 'VerifySoftwareToken', body: { Status: 'SUCCESS', Session: 'verified' } },
          respond(signedIn()),
        ],
      },
    ],
  },
];

// Every step sends the data for threat protection.
const UserContextData = { EncodedData: 'eyJmaW5nZXJwcmludCI6IjEifQ==' };
const protectedSteps = steps => steps.map(step => ({ ...step, UserContextData }));
export default scenarios.map(scenario => ({ ...scenario, steps: protectedSteps(scenario.steps) }));
