"""Tests both adapters against third-party Cognito servers, in each scenario that a server supports."""

import json
import subprocess
import sys

from servers import TARGET, running
from set_up import UserPool, caller

EVERYWHERE = [
    "sign-up", "forgot-password", "password", "new-password", "change-password", "attributes", "groups",
    "refresh-the-older-way",
]
# Only ministack verifies SRP. Its only second factor is an authenticator app. It does not verify attributes.
WITH_USER_POOL = EVERYWHERE + [
    "srp", "alias", "software-token", "custom", "custom-with-srp", "refresh", "revoke", "global-sign-out",
    "delete-user",
]
WITH_IDENTITY_POOL = ["guest", "identity-of-user", "forged-login", "basic-flow"]
SCENARIOS = {
    # The keys say whether the app client has a secret.
    "ministack": {False: WITH_USER_POOL + WITH_IDENTITY_POOL, True: WITH_USER_POOL + ["client-secret"]},
    "cognito-local": {False: EVERYWHERE + ["software-token", "select-mfa-type", "verify-attribute", "delete-user"]},
    # moto does not have DeleteUser, and never checks second factors.
    "moto": {False: EVERYWHERE + ["global-sign-out"]},
}
# The expected caller for the credentials of a scenario: the start of the role's name, and the session's name.
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
                    problems = {adapter: find_problem(adapter, scenario, pool) for adapter, pool in pools.items()}
                    print_outcomes(server, with_secret, scenario, problems)
                    failed += sum(1 for text in problems.values() if text)
    if failed:
        sys.exit(f"{failed} scenarios failed")


def print_outcomes(server, with_secret, scenario, problems):
    where = server + (" with a client secret" if with_secret else "")
    outcomes = [f"{adapter} {'FAILED' if text else 'ok'}" for adapter, text in problems.items()]
    print(f"{where:30} {scenario:24} {'  '.join(outcomes)}", flush=True)
    for adapter, text in problems.items():
        if text:
            print(f"    {adapter}: {text}", flush=True)


def find_problem(adapter, scenario, pool):
    """Runs a scenario and returns a description of the problem, or None if the scenario succeeds."""
    case = json.dumps(pool.case(scenario))
    program = [TARGET / "debug" / "examples" / "other_servers", adapter, scenario]
    finished = subprocess.run(program, input=case, capture_output=True, text=True, timeout=SECONDS_PER_SCENARIO)
    if finished.returncode != 0:
        return finished.stderr.strip() or f"exit status {finished.returncode}"
    if scenario in CALLERS:
        role, session = CALLERS[scenario]
        arn = caller(pool.url, json.loads(finished.stdout))
        if f":assumed-role/{role}" not in arn or not arn.endswith(f"/{session}"):
            return f"the credentials belong to {arn}, not to the role of this scenario"
    return None


if __name__ == "__main__":
    main()
