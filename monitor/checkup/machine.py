"""This machine: the database's file and disk, descriptors, ICMP, authorities, clock, versions."""

import os
import platform
import shutil
import sqlite3
import ssl
import stat
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from monitor import __version__
from monitor.checkup.findings import Finding
from monitor.core.counting import counted
from monitor.core.model import Node
from monitor.core.probing import OwnFault
from monitor.store.checkup import File, Line, Server

PYTHONS = ((3, 11), (3, 13))
"""The oldest and the newest Python that this program is tested with."""
SQLITE = (3, 35, 0)
"""The oldest SQLite that returns what it deletes."""
ROOM = 256 * 2**20
"""Bytes that must be left on the disk: some days of results, and what SQLite needs to tidy up."""
SKEW_S = 5.0
"""How far the clocks of the database's machine and ours may differ."""
_OURS = 128
"""Descriptors that we need besides looks: databases, channels, web, libraries."""
_EACH = 2
"""Descriptors of one look: a socket, and perhaps another for names."""


def versions() -> dict[str, str]:
    """Return the versions of what we stand on."""
    libraries = ("trio", "trio-asyncio", "sqlalchemy", "asyncpg", "aiosqlite", "cryptography")
    return {
        "monitor": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in libraries},
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION.split()[1],
        "system": f"{platform.system()} {platform.release()}",
    }


def old(python: Sequence[int], sqlite: Sequence[int]) -> list[Finding]:
    """Judge versions that nobody has tested, or that lack something."""
    found = []
    oldest, newest = PYTHONS
    if not oldest <= tuple(python[:2]) <= newest:
        shown = ".".join(map(str, python[:2]))
        between = f"{'.'.join(map(str, oldest))} to {'.'.join(map(str, newest))}"
        found.append(
            Finding(
                check="versions.python",
                found=f"this is Python {shown}, the program is tested with {between}",
                advice="install it into one of these",
            )
        )
    if tuple(sqlite) < SQLITE:
        shown, needed = (".".join(map(str, one)) for one in (sqlite, SQLITE))
        found.append(
            Finding(
                check="versions.sqlite",
                found=f"this is SQLite {shown}, at least {needed} is needed",
                advice="use a Python that brings a newer one, or PostgreSQL",
            )
        )
    return found


def of_file(path: Path, file: File) -> list[Finding]:
    """Judge an SQLite file: how it is written, who may write it, what is left of its disk."""
    found = []
    if file.journal_mode != "wal":
        found.append(
            Finding(
                check="sqlite.journal",
                found=f"the journal mode of {path} is {file.journal_mode}, not wal: readers and "
                "the monitor wait for each other",
                advice="keep it on a local disk and let no other program change it; "
                "`monitor run` sets wal again",
            )
        )
    found += [
        Finding(
            check="sqlite.damage",
            found=f"the file {path} is damaged: {one}",
            advice="stop the monitor, keep the file, and restore a backup: `monitor db restore`",
        )
        for one in file.damage
    ]
    mode = path.stat().st_mode
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        found.append(
            Finding(
                check="sqlite.permissions",
                found=f"{path} or its directory may not be written by this user",
                advice="run this as the user of the monitor, or `chown` the directory to it",
            )
        )
    if mode & stat.S_IWOTH:
        found.append(
            Finding(
                check="sqlite.permissions",
                found=f"{path} may be written by everybody (mode {stat.S_IMODE(mode):04o})",
                advice=f"chmod o-rwx {path}",
            )
        )
    free = shutil.disk_usage(path.parent).free
    if free < ROOM:
        found.append(
            Finding(
                check="disk.space",
                found=f"{free // 2**20} MiB are left on the disk of {path}",
                advice=f"make room: at least {ROOM // 2**20} MiB",
            )
        )
    return found


def of_server(server: Server, now: datetime) -> list[Finding]:
    """Judge what PostgreSQL says."""
    found = []
    if server.idle:
        found.append(
            Finding(
                check="postgresql.idle",
                found=f"{counted(server.idle, 'connection')} of the monitor idle in transactions",
                advice="restart the monitor and report it; the server ends them by itself after "
                "idle_in_transaction_session_timeout",
            )
        )
    skew_s = (server.now - now).total_seconds()
    if abs(skew_s) > SKEW_S:
        found.append(
            Finding(
                check="clock.skew",
                found=f"the clock of the database's machine differs from ours by {skew_s:.0f} s",
                advice="synchronise both (NTP)",
            )
        )
    return found


def descriptors(lines: Iterable[Line], limit: int | None) -> list[Finding]:
    """Judge whether there are enough descriptors on a day on which no target answers."""
    waiting = sum(min(1.0, line.timeout_s / line.interval_s) for line in lines if not line.paused)
    needed = _OURS + int(_EACH * waiting)
    if limit is None or limit >= needed:
        return []
    return [
        Finding(
            check="descriptors.limit",
            found=f"the monitor may open {limit} files and sockets, but needs {needed} if no "
            "target answers",
            advice=f"ulimit -n {needed}, or LimitNOFILE={needed} in its systemd unit; "
            "or longer intervals",
        )
    ]


def descriptor_limit(node: Node | None) -> int | None:
    """Return how many descriptors that process of this machine may open, or else we may.

    None: without a limit.
    """
    import resource

    if node is not None and node.host == platform.node():
        try:
            for line in Path(f"/proc/{node.pid}/limits").read_text().splitlines():
                if line.startswith("Max open files"):
                    soft = line.split()[3]
                    return int(soft) if soft.isdigit() else None
        except OSError:
            pass
    soft_limit, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft_limit == resource.RLIM_INFINITY else soft_limit


def icmp(lines: Iterable[Line]) -> list[Finding]:
    """Try to open a socket for ICMP, if there are tasks that need one."""
    count = sum(line.target.lower().startswith("icmp:") for line in lines if not line.paused)
    if not count:
        return []
    from monitor.probes.icmpwire import may_send  # brings what all kinds of looks need

    try:
        may_send()
    except OwnFault as fault:
        return [
            Finding(
                check="icmp.allowed",
                found=f"{counted(count, 'task sends', 'tasks send')} ICMP, which this user may not",
                advice=str(fault),
            )
        ]
    return []


def authorities() -> list[Finding]:
    """Make sure that there are certificate authorities to judge by."""
    if ssl.create_default_context().cert_store_stats()["x509_ca"]:
        return []
    paths = ssl.get_default_verify_paths()
    where = paths.cafile or paths.capath or paths.openssl_cafile
    return [
        Finding(
            check="tls.authorities",
            found=f"this machine knows no certificate authorities ({where}): every certificate "
            "is called untrusted",
            advice="install the package ca-certificates, or set SSL_CERT_FILE",
        )
    ]


def here() -> list[Finding]:
    """Judge what needs no database."""
    return [*old(sys.version_info[:2], sqlite3.sqlite_version_info), *authorities()]
