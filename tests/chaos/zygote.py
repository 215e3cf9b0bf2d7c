"""Start monitors quickly: `python -m tests.chaos.zygote` imports everything once and then forks.

A line of JSON on stdin, `{"argv": [...], "log": PATH, "cwd": PATH, "env": {...}}`, starts a life;
stdout says `started PID`, and `ended PID CODE` when it is over, the code as `subprocess` says it.
From the fork on a life is what `python -m monitor ARGV` is. The zygote ends, and kills what still
lives, when its standard input ends.

This is the only room here that touches the product: it is what is judged, not who judges.
"""

import gc
import json
import os
import select
import signal
import sys
from importlib import import_module
from typing import Any

_ROOMS = (
    *("monitor.app", "monitor.cli.commands", "monitor.cli.run", "monitor.cli.database"),
    *("monitor.cli.neighbours", "monitor.cli.looks", "monitor.departure", "monitor.engine.drill"),
    *("monitor.probes", "monitor.probes.http", "monitor.probes.python", "monitor.channels.outside"),
    *("monitor.channels.webhook", "monitor.store.sql", "monitor.settings", "asyncpg", "aiosqlite"),
    *("sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.sqlite.aiosqlite"),
)


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _live(order: dict[str, Any]) -> int:
    """Become a monitor."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, wanted in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(source, wanted)
    os.close(log)
    os.close(nothing)
    os.chdir(order["cwd"])
    os.environ.update(order["env"])
    code: int = import_module("monitor.cli").main(order["argv"])
    return code


def main() -> int:
    for room in _ROOMS:
        import_module(room)
    gc.collect()
    gc.freeze()
    living = set[int]()
    waiting = b""
    _say("ready")
    while True:
        if select.select([0], [], [], 0.003)[0]:
            more = os.read(0, 65536)
            if not more:
                break
            *orders, waiting = (waiting + more).split(b"\n")
            for order in orders:
                pid = os.fork()
                if pid == 0:
                    return _live(json.loads(order))
                living.add(pid)
                _say(f"started {pid}")
        for pid in tuple(living):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                living.remove(pid)
                _say(f"ended {pid} {os.waitstatus_to_exitcode(status)}")
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
