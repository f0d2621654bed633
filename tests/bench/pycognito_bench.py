"""Measures the SRP arithmetic of pycognito, or its sign-ins at the service that the environment variables name:

    python pycognito_bench.py arithmetic REPETITIONS
    python pycognito_bench.py sign_ins IN_FLIGHT SECONDS

IN_FLIGHT threads sign in repeatedly for SECONDS, each at least once. A sign-in that has begun is completed. The
result is one line of JSON.
"""

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from vector import VECTOR, median

CHALLENGE = {
    "USERNAME": VECTOR["username"],
    "USER_ID_FOR_SRP": VECTOR["username"],
    "SALT": VECTOR["salt"],
    "SRP_B": VECTOR["srp_b"],
    "SECRET_BLOCK": VECTOR["secret_block"],
}


def arithmetic(repetitions):
    check()
    milliseconds = []
    for _ in range(repetitions):
        started = time.perf_counter()
        client = client_for_vector()
        client.process_challenge(CHALLENGE, client.get_auth_params())
        milliseconds.append((time.perf_counter() - started) * 1000)
    print(json.dumps({"name": "pycognito", "milliseconds": median(milliseconds)}))


def client_for_vector():
    """Returns a client for the user of the test vector, with a new `a` and `A`.

    The AWS client inside is a dummy that is never called.
    """
    pool_id = "us-east-1_" + VECTOR["group"]
    return AWSSRP(VECTOR["username"], VECTOR["password"], pool_id, client_id="app", client="none")


def check():
    """Checks that pycognito computes the key of the test vector."""
    client = client_for_vector()
    client.small_a_value = int(VECTOR["a"], 16)
    client.large_a_value = client.calculate_a()
    key = client.get_password_authentication_key(
        VECTOR["username"], VECTOR["password"], int(VECTOR["srp_b"], 16), VECTOR["salt"]
    )
    if key.hex() != VECTOR["key"]:
        sys.exit("pycognito_bench.py: pycognito's key differs from the test vector's")


def sign_ins(in_flight, seconds):
    # The timeouts are long, because with a thousand sign-ins in flight a response takes long.
    config = Config(max_pool_connections=in_flight, connect_timeout=600, read_timeout=600)
    service = boto3.client(
        "cognito-idp", endpoint_url=os.environ["COGNITO_ENDPOINT"], region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test", config=config,
    )
    sign_in(service)

    lock, count = threading.Lock(), 0
    started, processor_started = time.perf_counter(), time.process_time()

    def sign_in_repeatedly(_):
        nonlocal count
        while True:
            sign_in(service)
            with lock:
                count += 1
            if time.perf_counter() - started >= seconds:
                return

    with ThreadPoolExecutor(in_flight) as pool:
        list(pool.map(sign_in_repeatedly, range(in_flight)))
    print(json.dumps({
        "sign_ins": count,
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - processor_started,
    }))


def sign_in(service):
    client = AWSSRP(
        os.environ["COGNITO_USERNAME"], os.environ["COGNITO_PASSWORD"], os.environ["COGNITO_USER_POOL_ID"],
        os.environ["COGNITO_CLIENT_ID"], client=service,
    )
    if not client.authenticate_user()["AuthenticationResult"]["AccessToken"]:
        raise RuntimeError("pycognito failed to sign in")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["arithmetic", repetitions]:
            arithmetic(int(repetitions))
        case ["sign_ins", in_flight, seconds]:
            sign_ins(int(in_flight), float(seconds))
        case _:
            sys.exit("usage: pycognito_bench.py arithmetic REPETITIONS | sign_ins IN_FLIGHT SECONDS")
