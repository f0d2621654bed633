"""Starts servers on free ports of this machine, waits until they are ready, and always ends them."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ORACLES = ROOT / "target" / "oracles"
# The link is not resolved, because its folder identifies the virtual environment of the interpreter.
PROGRAMS = Path(sys.executable).parent
NO_POOLS = Path(__file__).with_name("no_pools.json")
SECONDS_TO_START = 60

# SIGTERM has the same effect as Ctrl-C, so that the program ends its servers.
signal.signal(signal.SIGTERM, signal.default_int_handler)

# cognito-local always sends this code.
COGNITO_LOCAL_CODE = "424242"


def ministack(port, directory):
    environment = {
        # Without AUTH, ministack checks neither codes nor secret hashes nor revoked tokens.
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(directory),
    }
    return [PROGRAMS / "ministack"], environment, "/_ministack/ready"


def cognito_local(port, _directory):
    start = ORACLES / "cognito-local" / "node_modules" / "cognito-local" / "lib" / "bin" / "start.js"
    environment = {"HOST": "127.0.0.1", "PORT": str(port), "CODE": COGNITO_LOCAL_CODE}
    return ["node", start], environment, "/health"


def moto(port, _directory):
    return [PROGRAMS / "moto_server", "-H", "127.0.0.1", "-p", str(port)], {}, "/moto-api/data.json"


def cognito_sim(port, _directory):
    """Returns the command for the simulated service without user pools."""
    command = [TARGET / "debug" / "cognito-sim", "--listen", f"127.0.0.1:{port}", "--config", NO_POOLS]
    return command, {}, "/_sim/messages"


SERVERS = {"ministack": ministack, "cognito-local": cognito_local, "moto": moto, "cognito-sim": cognito_sim}


@contextmanager
def running(name):
    """Starts a server and yields its URL when it is ready. Its log is in `target/oracles/run/NAME`."""
    directory = ORACLES / "run" / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    port = free_port()
    command, environment, ready = SERVERS[name](port, directory)
    environment = {**os.environ, **environment, "TMPDIR": str(directory)}
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )
    atexit.register(end, process)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url + ready, process, directory / "log")
        yield url
    finally:
        end(process)
        atexit.unregister(end)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, process, log):
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} is not ready:\n{log.read_text(errors='replace')[-4000:]}")


def end(process):
    """Ends the process and all processes that it has started."""
    for with_signal in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, with_signal)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
