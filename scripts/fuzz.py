"""Fuzz the API: Schemathesis against a real monitor on a throw-away database.

    nox -s fuzz [-- --max-examples 50 ...]

No answer may be a fault of ours, or other than documented. Further arguments go to Schemathesis.
What it asks for stays on this machine as far as names and routes do not lead elsewhere.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ignored_auth",
)
LEFT_OUT = (
    *("followEvents", "testChannel", "examine", "drill", "applyConfiguration", "revokeToken"),
)
"""A stream without end, messages to others, what takes seconds each time, TOML, and what would lock
the fuzzer itself out."""
_STARTING_S = 60.0


def monitor(*words: str) -> list[str]:
    return [sys.executable, "-m", "monitor", *words]


def prepare(environment: dict[str, str]) -> str:
    """Add a few tasks, and return a token that may do everything."""
    for line in (
        "self: --name self --tag prod",
        "tcp://127.0.0.1:1 --name down --interval 1s --attempts 1",
        "heartbeat: --name job -o period=1h",
        "group: --name all -o members=self,down",
    ):
        subprocess.run(monitor("task", "add", *line.split()), env=environment, check=True)
    made = subprocess.run(
        monitor("token", "add", "fuzz", "--role", "admin", "--json"),
        env=environment,
        check=True,
        capture_output=True,
    )
    token: str = json.loads(made.stdout)["token"]
    return token


def wait_for_port(log: Path) -> str:
    """Return the address that the monitor listens on."""
    deadline = time.monotonic() + _STARTING_S
    while time.monotonic() < deadline:
        found = re.search(r"listening for HTTP on (\S+)", log.read_text())
        if found and "monitor.started" in log.read_text():
            return found[1]
        time.sleep(0.1)
    sys.exit(f"fuzz: the monitor did not start\n{log.read_text()}")


def fuzz(place: Path, more: list[str]) -> int:
    """Start a monitor, let it be fuzzed, and look whether it is still well."""
    environment = {**os.environ, "MONITOR_DATA_DIR": str(place / "data")}
    token = prepare(environment)
    log = place / "log"
    with log.open("wb") as err:
        process = subprocess.Popen(
            monitor("run", "--listen", "127.0.0.1:0", "--quiet"), env=environment, stderr=err
        )
    try:
        url = f"http://{wait_for_port(log)}"
        command = [
            *("st", "run", f"{url}/api/v1/openapi.json", "--url", url),
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", ",".join(CHECKS)),
            *("--request-timeout", "20", "--suppress-health-check", "all"),
            *(part for name in LEFT_OUT for part in ("--exclude-operation-id", name)),
            *more,
        ]
        code = subprocess.run(command, cwd=place, check=False).returncode
        alive = process.poll() is None
    finally:
        process.terminate()
        left = process.wait(60)
    faults = [line for line in log.read_text().splitlines() if "web.error" in line]
    for line in dict.fromkeys(faults):
        print(f"fuzz: {line}")
    if not alive or left:
        print(f"fuzz: the monitor ended by itself, or not in good order ({left})")
    return code or bool(faults) or not alive or bool(left)


def main() -> None:
    place = Path(tempfile.mkdtemp(prefix="monitor-fuzz-"))
    try:
        sys.exit(fuzz(place, sys.argv[1:]))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
