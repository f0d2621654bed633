import { initiateAuth, one, only, signedIn, tokens } from '../answers.mjs';

const session = { Username: 'alice', ...tokens() };
const ClientMetadata = { tenant: 'blue' };
const email = { Name: 'email', Value: 'alice@example.com' };
const user = { to: 'GetUser', body: { Username: 'alice', UserAttributes: [email] } };
// What the npm client asks for after it has changed attributes, with new tokens from the second time on.
const again = only('npm', user);
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
      one(
        'UpdateUserAttributes',
        { UserAttributes: [email, { Name: 'nickname', Value: '' }], ClientMetadata },
        { CodeDeliveryDetailsList: [delivery.CodeDeliveryDetails] },
        again,
      ),
      one('UpdateUserAttributes', { UserAttributes: [{ Name: 'nickname', Value: 'al' }] }, {}, again, refreshed()),
      one('GetUserAttributeVerificationCode', { AttributeName: 'email', ClientMetadata }, delivery),
      one('GetUserAttributeVerificationCode', { AttributeName: 'email' }, delivery),
      one('VerifyUserAttribute', { AttributeName: 'email', Code: '492432' }),
      one('DeleteUserAttributes', { UserAttributeNames: ['nickname', 'custom:team'] }, {}, again, refreshed()),
    ],
  },
  {
    name: 'the password is changed',
    session,
    steps: [one('ChangePassword', { PreviousPassword: 'Very$ecur3', ProposedPassword: ' "ä🔐\\ ' })],
  },
  {
    name: 'the password is changed, with client metadata',
    session,
    steps: [
      one('ChangePassword', { PreviousPassword: 'Very$ecur3', ProposedPassword: 'Battery-staple-2', ClientMetadata }),
    ],
  },
  {
    name: 'second factors are turned on and off',
    session,
    steps: [
      one('SetUserMFAPreference', { SMSMfaSettings: off, SoftwareTokenMfaSettings: on }),
      one('SetUserMFAPreference', { SMSMfaSettings: on }),
      one('SetUserMFAPreference', { SoftwareTokenMfaSettings: off }),
      one('SetUserSettings', { MFAOptions: [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }] }),
      one('SetUserSettings', { MFAOptions: [] }),
    ],
  },
  {
    name: 'an authenticator app is set up by a user who is signed in',
    session,
    steps: [
      one('AssociateSoftwareToken', {}, { SecretCode: 'GEZDGNBVGY3TQOJQ' }),
      one('VerifySoftwareToken', { UserCode: '492432', FriendlyDeviceName: 'phone' }, { Status: 'SUCCESS' }),
      one('VerifySoftwareToken', { UserCode: '000000' }, { Status: 'SUCCESS' }),
    ],
  },
  {
    name: 'the user is deleted',
    session,
    steps: [one('DeleteUser')],
  },
  {
    name: 'the user is deleted, with client metadata',
    session,
    steps: [one('DeleteUser', { ClientMetadata })],
  },
];
