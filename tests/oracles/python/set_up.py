"""Creates pools and users with the administrator operations."""

import io
import json
import zipfile
from pathlib import Path

import boto3

from servers import COGNITO_LOCAL_CODE

REGION = "us-east-1"
PASSWORD = "Correct-horse-1"
FLOWS = [
    "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
]
CODES = {
    "ministack": {"sign_up": "123456", "reset": "654321", "other": ""},
    "cognito-local": dict.fromkeys(("sign_up", "reset", "other"), COGNITO_LOCAL_CODE),
    # moto accepts every code.
    "moto": dict.fromkeys(("sign_up", "reset", "other"), "123456"),
}


def aws(service, url, access_key="test", secret_key="test", session_token=None):
    """Returns a client of the AWS SDK for the service at this URL."""
    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=access_key,
        aws_secret_access_key=secret_key, aws_session_token=session_token,
    )


class UserPool:
    """A new user pool with one app client."""

    def __init__(self, server, url, with_secret):
        self.server, self.url = server, url
        self.service = aws("cognito-idp", url)
        self.id = self.service.create_user_pool(PoolName="pool", **self._settings())["UserPool"]["Id"]
        if server != "cognito-local":
            self.service.set_user_pool_mfa_config(
                UserPoolId=self.id, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
            )
        self.client = self.service.create_user_pool_client(
            UserPoolId=self.id, ClientName="client", GenerateSecret=with_secret, ExplicitAuthFlows=FLOWS,
            PreventUserExistenceErrors="ENABLED",
        )["UserPoolClient"]
        self.identity_pool = identity_pool(url, self) if server == "ministack" else None

    def _settings(self):
        if self.server == "ministack":
            return {"AliasAttributes": ["email"], "LambdaConfig": triggers(self.url)}
        return {"AutoVerifiedAttributes": ["email"], "MfaConfiguration": "OPTIONAL"}

    def case(self, scenario):
        """Returns the inputs of a scenario, including a user that only this scenario uses."""
        email = f"{scenario}@example.com"
        # The user names of cognito-local's pools are e-mail addresses.
        username = email if self.server == "cognito-local" else scenario
        return {
            "server": self.server,
            "url": self.url,
            "user_pool_id": self.id,
            "client_id": self.client["ClientId"],
            "client_secret": self.client.get("ClientSecret"),
            "username": username,
            "canonical_username": None if scenario == "sign-up" else self._create_user(scenario, username, email),
            "email": email,
            "password": PASSWORD,
            "codes": CODES[self.server],
            "identity_pool": self.identity_pool,
        }

    def _create_user(self, scenario, username, email):
        attributes = {"email": email}
        if self.server == "ministack":
            attributes["email_verified"] = "true"
        if scenario == "select-mfa-type":
            attributes["phone_number"] = "+15550001234"
        user = self.service.admin_create_user(
            UserPoolId=self.id, Username=username, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )["User"]
        if scenario != "new-password":
            self.service.admin_set_user_password(
                UserPoolId=self.id, Username=username, Password=PASSWORD, Permanent=True
            )
        if scenario == "groups":
            self.service.create_group(UserPoolId=self.id, GroupName="staff")
            self.service.admin_add_user_to_group(UserPoolId=self.id, Username=username, GroupName="staff")
        return user["Username"]


def triggers(url):
    """Returns the Lambda triggers for custom challenges, which are created once per server."""
    service = aws("lambda", url)
    names = {"DefineAuthChallenge": "define", "CreateAuthChallenge": "create", "VerifyAuthChallengeResponse": "verify"}
    known = {known["FunctionName"]: known["FunctionArn"] for known in service.list_functions()["Functions"]}
    if not known:
        trusted = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role_arn = role(url, "trigger", trusted)
        known = {name: function(service, name, role_arn) for name in names.values()}
    return {trigger: known[name] for trigger, name in names.items()}


def function(service, name, role_arn):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.write(Path(__file__).with_name("custom_auth.py"), "custom_auth.py")
    return service.create_function(
        FunctionName=name, Runtime="python3.11", Role=role_arn,
        Handler=f"custom_auth.{name}", Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]


def identity_pool(url, user_pool):
    """Creates an identity pool for guests and for the users of the user pool.

    All roles trust the identity pool, except the one with the name `untrusting`.
    """
    service = aws("cognito-identity", url)
    provider = {"ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{user_pool.id}",
                "ClientId": user_pool.client["ClientId"]}
    pool_id = service.create_identity_pool(
        IdentityPoolName="pool", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True,
        CognitoIdentityProviders=[provider],
    )["IdentityPoolId"]
    name = pool_id.partition(":")[2]
    service.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={
        "authenticated": role(url, f"user-{name}", trust_policy(pool_id)),
        "unauthenticated": role(url, f"guest-{name}", trust_policy(pool_id)),
    })
    return {
        "id": pool_id,
        "assumed_role_arn": role(url, f"assumed-{name}", trust_policy(pool_id)),
        "untrusting_role_arn": role(url, f"untrusting-{name}", trust_policy(f"{REGION}:another")),
    }


def trust_policy(identity_pool_id):
    """Returns the trust policy of a role for the identities of this identity pool."""
    return {
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool_id}},
    }


def role(url, name, trusted):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **trusted}]}
    service = aws("iam", url)
    return service.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]


def caller(url, credentials):
    """Returns the ARN of the caller to whom, according to the server, these credentials belong."""
    service = aws("sts", url, credentials["access_key_id"], credentials["secret_access_key"],
                  credentials["session_token"])
    return service.get_caller_identity()["Arn"]
