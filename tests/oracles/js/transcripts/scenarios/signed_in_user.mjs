import { initiateAuth, call, only, signedIn, tokens } from '../answers.mjs';

const session = { Username: 'alice', ...tokens() };
const ClientMetadata = { tenant: 'blue' };
const email = { Name: 'email', Value: 'alice@example.com' };
const user = { to: 'GetUser', body: { Username: 'alice', UserAttributes: [email] } };
// The npm client reads the user after each change of attributes. From the second change on, it also refreshes
// the tokens.
const userAgain = only('npm', user);
const refreshed = () => only('npm', initiateAuth(signedIn()));
const delivery = { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL' } };
const on = { Enabled: true, PreferredMfa: true };
const off = { Enabled: false, PreferredMfa: false };

export default [
  {
    name: 'attributes are read, changed, verified and deleted',
    session,
    steps: [
      { do: 'GetUser', answers: [user] },
      call(
        'UpdateUserAttributes',
        { UserAttributes: [email, { Name: 'nickname', Value: '' }], ClientMetadata },
        { CodeDeliveryDetailsList: [delivery.CodeDeliveryDetails] },
        userAgain,
      ),
      call('UpdateUserAttributes', { UserAttributes: [{ Name: 'nickname', Value: 'al' }] }, {}, userAgain, refreshed()),
      call('GetUserAttributeVerificationCode', { AttributeName: 'email', ClientMetadata }, delivery),
      call('GetUserAttributeVerificationCode', { AttributeName: 'email' }, delivery),
      call('VerifyUserAttribute', { AttributeName: 'email', Code: '492432' }),
      call('DeleteUserAttributes', { UserAttributeNames: ['nickname', 'custom:team'] }, {}, userAgain, refreshed()),
    ],
  },
  {
    name: 'the password is changed',
    session,
    steps: [call('ChangePassword', { PreviousPassword: 'Very$ecur3', ProposedPassword: ' "ä🔐\\ ' })],
  },
  {
    name: 'the password is changed, with client metadata',
    session,
    steps: [
      call('ChangePassword', { PreviousPassword: 'Very$ecur3', ProposedPassword: 'Battery-staple-2', ClientMetadata }),
    ],
  },
  {
    name: 'second factors are turned on and off',
    session,
    steps: [
      call('SetUserMFAPreference', { SMSMfaSettings: off, SoftwareTokenMfaSettings: on }),
      call('SetUserMFAPreference', { SMSMfaSettings: on }),
      call('SetUserMFAPreference', { SoftwareTokenMfaSettings: off }),
      call('SetUserSettings', { MFAOptions: [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }] }),
      call('SetUserSettings', { MFAOptions: [] }),
    ],
  },
  {
    name: 'a signed-in user sets up an authenticator app',
    session,
    steps: [
      call('AssociateSoftwareToken', {}, { SecretCode: 'GEZDGNBVGY3TQOJQ' }),
      call('VerifySoftwareToken', { UserCode: '492432', FriendlyDeviceName: 'phone' }, { Status: 'SUCCESS' }),
      call('VerifySoftwareToken', { UserCode: '000000' }, { Status: 'SUCCESS' }),
    ],
  },
  {
    name: 'the user is deleted',
    session,
    steps: [call('DeleteUser')],
  },
  {
    name: 'the user is deleted, with client metadata',
    session,
    steps: [call('DeleteUser', { ClientMetadata })],
  },
];
