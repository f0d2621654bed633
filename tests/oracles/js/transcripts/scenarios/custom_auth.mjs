import { challenge, initiateAuth, passwordVerifier, respond, signedIn } from '../answers.mjs';

const question = number => challenge('CUSTOM_CHALLENGE', { USERNAME: 'alice', question: `${number} + ${number}` });
const ClientMetadata = { tenant: 'blue' };
const UserContextData = { EncodedData: 'eyJmaW5nZXJwcmludCI6IjEifQ==' };

const rounds = [
  { do: 'custom answer', ANSWER: '2', ClientMetadata, UserContextData, answers: [respond(question(2))] },
  { do: 'custom answer', ANSWER: ' "Ünïcödé" ', answers: [respond(signedIn())] },
];

export default [
  {
    name: 'two rounds of custom challenges, with client metadata',
    steps: [
      { do: 'custom', USERNAME: 'alice', ClientMetadata, UserContextData, answers: [initiateAuth(question(1))] },
      ...rounds,
    ],
  },
  {
    name: 'two rounds of custom challenges',
    steps: [{ do: 'custom', USERNAME: 'alice', answers: [initiateAuth(question(1))] }, ...rounds],
  },
  {
    name: 'two rounds of custom challenges after SRP',
    steps: [
      {
        do: 'custom with srp',
        USERNAME: 'alice@example.com',
        PASSWORD: 'Very$ecur3',
        ClientMetadata,
        answers: [initiateAuth(passwordVerifier()), respond(question(1))],
      },
      ...rounds,
    ],
  },
];
