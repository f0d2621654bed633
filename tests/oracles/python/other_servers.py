"""The clients against servers that others wrote: each scenario that a server supports, by both adapters."""

import json
import subprocess
import sys

from servers import TARGET, running
from set_up import UserPool, caller

EVERYWHERE = [
    "sign-up", "forgot-password", "password", "new-password", "change-password", "attributes", "groups",
    "refresh-the-older-way",
]
# SRP is verified by ministack alone. It asks for no second factor but an authenticator app, and knows no verification of
# attributes.
WITH_USER_POOL = EVERYWHERE + [
    "srp", "alias", "software-token", "custom", "custom-with-srp", "refresh", "revoke", "global-sign-out",
    "delete-user",
]
WITH_IDENTITY_POOL = ["guest", "identity-of-user", "forged-login", "basic-flow"]
SCENARIOS = {
    # Whether the app client has a secret: what.
    "ministack": {False: WITH_USER_POOL + WITH_IDENTITY_POOL, True: WITH_USER_POOL + ["client-secret"]},
    "cognito-local": {False: EVERYWHERE + ["software-token", "select-mfa-type", "verify-attribute", "delete-user"]},
    # It has no DeleteUser, and its second factors are never checked.
    "moto": {False: EVERYWHERE + ["global-sign-out"]},
}
# Whom the credentials make their holder, by the beginning of the role's name and the session's name.
CALLERS = {
    "guest": ("guest-", "CognitoIdentityCredentials"),
    "identity-of-user": ("user-", "CognitoIdentityCredentials"),
    "basic-flow": ("assumed-", "basic"),
}
SECONDS_PER_SCENARIO = 60


def main():
    failed = 0
    for server, by_secret in SCENARIOS.items():
        with running(server) as url:
            for with_secret, scenarios in by_secret.items():
                pools = {adapter: UserPool(server, url, with_secret) for adapter in ("blocking", "tokio")}
                for scenario in scenarios:
                    problems = {adapter: problem(adapter, scenario, pool) for adapter, pool in pools.items()}
                    tell(server, with_secret, scenario, problems)
                    failed += sum(1 for text in problems.values() if text)
    if failed:
        sys.exit(f"{failed} not as expected")


def tell(server, with_secret, scenario, problems):
    where = server + (" with a client secret" if with_secret else "")
    outcomes = [f"{adapter} {'NOT OK' if text else 'ok'}" for adapter, text in problems.items()]
    print(f"{where:30} {scenario:24} {'  '.join(outcomes)}", flush=True)
    for adapter, text in problems.items():
        if text:
            print(f"    {adapter}: {text}", flush=True)


def problem(adapter, scenario, pool):
    """A sentence on what is not as expected, if anything is."""
    case = json.dumps(pool.case(scenario))
    program = [TARGET / "debug" / "examples" / "other_servers", adapter, scenario]
    ran = subprocess.run(program, input=case, capture_output=True, text=True, timeout=SECONDS_PER_SCENARIO)
    if ran.returncode != 0:
        return ran.stderr.strip() or f"exit status {ran.returncode}"
    if scenario in CALLERS:
        role, session = CALLERS[scenario]
        arn = caller(pool.url, json.loads(ran.stdout))
        if f":assumed-role/{role}" not in arn or not arn.endswith(f"/{session}"):
            return f"the credentials are those of {arn}"
    return None


if __name__ == "__main__":
    main()
