"""Tests pycognito against the simulated service, which boto3 sets up."""

import json
import unittest
from contextlib import ExitStack
from unittest.mock import patch
from urllib.request import Request, urlopen

import pycognito
import requests
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import (
    ForceChangePasswordException, SMSMFAChallengeException, SoftwareTokenMFAChallengeException,
)

from authenticator import totp
from servers import running
from set_up import FLOWS, PASSWORD, aws

NEW_PASSWORD = "Battery-staple-2"


class Pool:
    """A user pool with one app client, on a simulated service."""

    def __init__(self, url, with_secret=False, **settings):
        self.url = url
        self.service = aws("cognito-idp", url)
        self.id = self.service.create_user_pool(PoolName="pool", **settings)["UserPool"]["Id"]
        client = self.service.create_user_pool_client(
            UserPoolId=self.id, ClientName="client", GenerateSecret=with_secret, ExplicitAuthFlows=FLOWS
        )["UserPoolClient"]
        self.client_id, self.client_secret = client["ClientId"], client.get("ClientSecret")

    def create_user(self, username, temporary=False, **attributes):
        self.service.admin_create_user(
            UserPoolId=self.id, Username=username, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
        if not temporary:
            self.service.admin_set_user_password(
                UserPoolId=self.id, Username=username, Password=PASSWORD, Permanent=True
            )

    def user(self, username):
        """Returns pycognito's object for a user.

        After pycognito has loaded the keys, it must expect AWS's URL as the issuer, because the tokens name it.
        """
        user = pycognito.Cognito(
            self.id, self.client_id, username=username, client_secret=self.client_secret,
            boto3_client_kwargs={
                "endpoint_url": self.url, "aws_access_key_id": "test", "aws_secret_access_key": "test",
            },
        )
        user.pool_jwk = user.get_keys()
        user.pool_domain_url = None
        return user

    def srp(self, username, password=PASSWORD, **device):
        return AWSSRP(
            username=username, password=password, pool_id=self.id, client_id=self.client_id,
            client_secret=self.client_secret, client=self.service, **device,
        )

    def last_code(self, username):
        with urlopen(f"{self.url}/_sim/messages") as response:
            return [message for message in json.load(response) if message["username"] == username][-1]["code"]

    def advance(self, seconds):
        """Advances the service's clock, and returns its new time in seconds."""
        body = json.dumps({"seconds": seconds}).encode()
        with urlopen(Request(f"{self.url}/_sim/advance", data=body, method="POST")) as response:
            return json.load(response)["unix_seconds"]


def carry_challenge_sessions(service):
    """Copies the Session of a challenge into its answer.

    pycognito omits the Session when a device answers, but Cognito is reported to require it:
    https://github.com/aws-amplify/aws-sdk-android/pull/2337
    """
    last = {}

    def keep(parsed, **_):
        last["Session"] = parsed.get("Session")

    def put(params, **_):
        if last.get("Session"):
            params.setdefault("Session", last["Session"])

    events, operation = service.meta.events, "cognito-identity-provider.RespondToAuthChallenge"
    events.register(f"before-parameter-build.{operation}", put)
    events.register(f"after-call.{operation}", keep)


class PycognitoTest(unittest.TestCase):
    def setUp(self):
        with ExitStack() as stack:
            self.url = stack.enter_context(running("cognito-sim"))
            self.addCleanup(stack.pop_all().close)

    def assert_rejected(self, code, call, *arguments, **named):
        with self.assertRaises(ClientError) as rejected:
            call(*arguments, **named)
        self.assertEqual(rejected.exception.response["Error"]["Code"], code)

    def assert_signed_in(self, user, username):
        user.verify_tokens()
        self.assertEqual(user.access_claims["username"], username)

    def test_only_the_correct_password_signs_in_by_srp(self):
        pool = Pool(self.url)
        pool.create_user("alice", email="alice@example.com")
        user = pool.user("alice")
        user.authenticate(PASSWORD)
        self.assert_signed_in(user, "alice")
        self.assertEqual(user.get_user().email, "alice@example.com")
        self.assert_rejected("NotAuthorizedException", pool.user("alice").authenticate, "Incorrect-horse-1")

    def test_srp_succeeds_with_many_random_numbers(self):
        # On both sides, half of the numbers start with a one bit, and are hashed with a leading zero byte.
        pool = Pool(self.url)
        pool.create_user("alice")
        for _ in range(50):
            self.assertIn("AuthenticationResult", pool.srp("alice").authenticate_user())

    def test_a_sign_in_with_an_alias_returns_the_canonical_name(self):
        pool = Pool(self.url, AliasAttributes=["email"])
        pool.create_user("alice", email="alice@example.com", email_verified="true")
        user = pool.user("alice@example.com")
        user.authenticate(PASSWORD)
        self.assert_signed_in(user, "alice")

    def test_a_client_with_a_secret_signs_in_and_refreshes(self):
        pool = Pool(self.url, with_secret=True)
        pool.create_user("alice")
        user = pool.user("alice")
        user.authenticate(PASSWORD)
        self.assert_signed_in(user, "alice")
        user.renew_access_token()
        self.assert_signed_in(user, "alice")
        pool.client_secret = None
        self.assert_rejected("NotAuthorizedException", pool.user("alice").authenticate, PASSWORD)

    def test_a_user_signs_up_and_replaces_a_forgotten_password(self):
        pool = Pool(self.url, with_secret=True, AutoVerifiedAttributes=["email"])
        user = pool.user("nora")
        user.set_base_attributes(email="nora@example.com")
        user.register("nora", PASSWORD)
        self.assert_rejected("UserNotConfirmedException", user.authenticate, PASSWORD)
        user.confirm_sign_up(pool.last_code("nora"))
        user.authenticate(PASSWORD)
        user.initiate_forgot_password()
        user.confirm_forgot_password(pool.last_code("nora"), NEW_PASSWORD)
        self.assert_rejected("NotAuthorizedException", user.authenticate, PASSWORD)
        user.authenticate(NEW_PASSWORD)
        user.change_password(NEW_PASSWORD, PASSWORD)
        user.authenticate(PASSWORD)

    def test_a_temporary_password_is_changed(self):
        for with_secret in (False, True):
            pool = Pool(self.url, with_secret=with_secret)
            pool.create_user("nick", temporary=True)
            user = pool.user("nick")
            with self.assertRaises(ForceChangePasswordException):
                user.authenticate(PASSWORD)
            user.new_password_challenge(PASSWORD, NEW_PASSWORD)
            self.assert_signed_in(user, "nick")
            self.assert_rejected("NotAuthorizedException", user.authenticate, PASSWORD)
            user.authenticate(NEW_PASSWORD)

    def test_a_sign_in_asks_for_the_authenticator_app(self):
        pool = self.pool_with_factors(with_secret=True)
        pool.create_user("tapper")
        user = pool.user("tapper")
        user.authenticate(PASSWORD)
        secret = user.associate_software_token()
        self.assertTrue(user.verify_software_token(totp(secret, pool.advance(0))))
        user.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
        with self.assertRaises(SoftwareTokenMFAChallengeException):
            user.authenticate(PASSWORD)
        late = totp(secret, pool.advance(30) + 3600)
        self.assert_rejected("CodeMismatchException", user.respond_to_software_token_mfa_challenge, late)
        user.respond_to_software_token_mfa_challenge(totp(secret, pool.advance(0)))
        self.assert_signed_in(user, "tapper")

    def test_a_sign_in_asks_for_a_code_by_text_message(self):
        pool = self.pool_with_factors()
        pool.create_user("texter", phone_number="+15550001234", phone_number_verified="true")
        user = pool.user("texter")
        user.authenticate(PASSWORD)
        user.set_user_mfa_preference(sms_mfa=True, software_token_mfa=False, preferred="SMS")
        with self.assertRaises(SMSMFAChallengeException):
            user.authenticate(PASSWORD)
        code = pool.last_code("texter")
        wrong = "123456" if code != "123456" else "654321"
        self.assert_rejected("CodeMismatchException", user.respond_to_sms_mfa_challenge, wrong)
        user.respond_to_sms_mfa_challenge(code)
        self.assert_signed_in(user, "texter")

    def test_tokens_are_refreshed_until_the_user_signs_out(self):
        pool = Pool(self.url)
        pool.create_user("alice")
        user = pool.user("alice")
        user.authenticate(PASSWORD)
        access_token, refresh_token = user.access_token, user.refresh_token
        user.renew_access_token()
        self.assertNotEqual(user.access_token, access_token)
        self.assert_signed_in(user, "alice")
        user.logout()
        user.refresh_token = refresh_token
        self.assert_rejected("NotAuthorizedException", user.renew_access_token)

    def test_a_device_is_registered_and_must_prove_its_password(self):
        devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
        pool = Pool(self.url, DeviceConfiguration=devices)
        carry_challenge_sessions(pool.service)
        pool.create_user("dora")
        srp = pool.srp("dora")
        tokens = srp.authenticate_user()
        key, group_key, password = self.confirm_device(pool, srp, tokens)

        known = {"device_key": key, "device_group_key": group_key}
        tokens = pool.srp("dora", **known, device_password=password).authenticate_user()
        self.assertIn("AccessToken", tokens["AuthenticationResult"])
        listed = pool.service.list_devices(AccessToken=tokens["AuthenticationResult"]["AccessToken"])["Devices"]
        self.assertEqual([device["DeviceKey"] for device in listed], [key])

        impostor = pool.srp("dora", **known, device_password=password[::-1])
        self.assert_rejected("NotAuthorizedException", impostor.authenticate_user)

    def confirm_device(self, pool, srp, tokens):
        """Registers the device.

        pycognito always uses AWS's URL for this request, so the request is redirected to the pool's URL.
        """
        post = requests.post

        def redirected(url, **named):
            self.assertEqual(url, "https://cognito-idp.us-east-1.amazonaws.com/")
            return post(pool.url, **named)

        with patch("pycognito.aws_srp.requests.post", redirected):
            response, password = srp.confirm_device(tokens, device_name="laptop")
        self.assertEqual(response.status_code, 200, response.text)
        metadata = tokens["AuthenticationResult"]["NewDeviceMetadata"]
        return metadata["DeviceKey"], metadata["DeviceGroupKey"], password

    def pool_with_factors(self, **settings):
        pool = Pool(self.url, **settings)
        pool.service.set_user_pool_mfa_config(
            UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
            SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
        )
        return pool


if __name__ == "__main__":
    unittest.main()
