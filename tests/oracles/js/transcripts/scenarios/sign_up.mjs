import { call } from '../answers.mjs';

const alice = { Username: 'alice', Password: 'Very$ecur3' };
const mail = { Username: 'alice@example.com', Password: 'Very$ecur3' };
const ClientMetadata = { campaign: 'spring', 'Ü "': '\\ \u0007' };
const email = { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'a***@e***' } };
const signedUp = { UserConfirmed: false, UserSub: '0d4f1c2e', ...email };
const attributes = {
  UserAttributes: [
    { Name: 'email', Value: 'alice@example.com' },
    { Name: 'custom:team', Value: 'Ünïcödé "quoted" \u2028 🔐' },
    { Name: 'nickname', Value: '' },
  ],
  ValidationData: [{ Name: 'captcha', Value: 'a1b2' }],
};

export default [
  {
    name: 'a sign-up with attributes, validation data and client metadata',
    steps: [
      call('SignUp', { ...alice, ...attributes, ClientMetadata }, signedUp),
      call('ResendConfirmationCode', { Username: 'alice', ClientMetadata }, email),
      call('ConfirmSignUp', {
        Username: 'alice', ConfirmationCode: '492432', ForceAliasCreation: true, ClientMetadata,
      }),
    ],
  },
  {
    name: 'a sign-up with only a user name and a password',
    steps: [
      call('SignUp', { Username: '名前', Password: ' p"\\ä🔐 ' }, signedUp),
      call('ResendConfirmationCode', { Username: '名前' }, email),
      call('ConfirmSignUp', { Username: '名前', ConfirmationCode: '000000', ForceAliasCreation: false }),
      call('ConfirmSignUp', { Username: '名前', ConfirmationCode: '000000' }),
    ],
  },
  {
    name: 'a sign-up with empty lists of attributes',
    steps: [call('SignUp', { ...alice, UserAttributes: [], ValidationData: [] }, signedUp)],
  },
  {
    name: 'a forgotten password is replaced',
    steps: [
      call('ForgotPassword', { Username: 'alice@example.com', ClientMetadata }, email),
      call('ConfirmForgotPassword', { ...mail, ConfirmationCode: '492432', ClientMetadata }),
      call('ForgotPassword', { Username: 'alice' }, email),
      call('ConfirmForgotPassword', { ...alice, ConfirmationCode: '492432' }),
    ],
  },
  {
    name: 'a pool in China',
    user_pool_id: 'cn-north-1_QdbSdK39m',
    steps: [call('ForgotPassword', { Username: 'alice' }, email)],
  },
  {
    name: 'requests before a sign-in contain the data for threat protection',
    steps: [
      call('SignUp', alice, signedUp),
      call('ResendConfirmationCode', { Username: 'alice' }, email),
      call('ConfirmSignUp', { Username: 'alice', ConfirmationCode: '492432', ForceAliasCreation: true }),
      call('ForgotPassword', { Username: 'alice' }, email),
      call('ConfirmForgotPassword', { ...alice, ConfirmationCode: '492432' }),
    ].map(step => ({ ...step, UserContextData: { EncodedData: 'eyJmaW5nZXJwcmludCI6IjEifQ==' } })),
  },
];
