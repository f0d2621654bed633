import { one } from '../answers.mjs';

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
    name: 'a user registers, with attributes, validation data and client metadata, and confirms',
    steps: [
      one('SignUp', { ...alice, ...attributes, ClientMetadata }, signedUp),
      one('ResendConfirmationCode', { Username: 'alice', ClientMetadata }, email),
      one('ConfirmSignUp', {
        Username: 'alice', ConfirmationCode: '492432', ForceAliasCreation: true, ClientMetadata,
      }),
    ],
  },
  {
    name: 'a user registers with nothing but a name and a password',
    steps: [
      one('SignUp', { Username: '名前', Password: ' p"\\ä🔐 ' }, signedUp),
      one('ResendConfirmationCode', { Username: '名前' }, email),
      one('ConfirmSignUp', { Username: '名前', ConfirmationCode: '000000', ForceAliasCreation: false }),
      one('ConfirmSignUp', { Username: '名前', ConfirmationCode: '000000' }),
    ],
  },
  {
    name: 'a list of attributes that is empty',
    steps: [one('SignUp', { ...alice, UserAttributes: [], ValidationData: [] }, signedUp)],
  },
  {
    name: 'a forgotten password is replaced',
    steps: [
      one('ForgotPassword', { Username: 'alice@example.com', ClientMetadata }, email),
      one('ConfirmForgotPassword', { ...mail, ConfirmationCode: '492432', ClientMetadata }),
      one('ForgotPassword', { Username: 'alice' }, email),
      one('ConfirmForgotPassword', { ...alice, ConfirmationCode: '492432' }),
    ],
  },
  {
    name: 'a pool in China',
    user_pool_id: 'cn-north-1_QdbSdK39m',
    steps: [one('ForgotPassword', { Username: 'alice' }, email)],
  },
  {
    name: 'threat protection has its data before a sign-in',
    steps: [
      one('SignUp', alice, signedUp),
      one('ResendConfirmationCode', { Username: 'alice' }, email),
      one('ConfirmSignUp', { Username: 'alice', ConfirmationCode: '492432', ForceAliasCreation: true }),
      one('ForgotPassword', { Username: 'alice' }, email),
      one('ConfirmForgotPassword', { ...alice, ConfirmationCode: '492432' }),
    ].map(step => ({ ...step, UserContextData: { EncodedData: 'eyJmaW5nZXJwcmludCI6IjEifQ==' } })),
  },
];
