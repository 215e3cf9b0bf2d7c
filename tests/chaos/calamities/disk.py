"""The disk is full: the SQLite file lies in a file system of 32 MiB that somebody else fills."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trio

from tests.chaos.judges import Rules, Verdict
from tests.chaos.scene import Scene, in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Missing, Ward

_SIZE_MIB = 32
_ALARM_S = 15.0
"""A loss of the database is told to people after so long."""


async def run(ward: Ward) -> list[Case]:
    folder = ward.folder / "small-disk"
    folder.mkdir()
    # Short, and long enough for people to be told.
    spans_s = (6.0,) if ward.quick else (6.0, _ALARM_S + 8.0)
    anew_s = []
    with small_disk(folder):
        async with ward.scene("disk", f"sqlite:///{folder}/monitor.db") as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            for span_s in spans_s:
                await in_thread(fill, folder)
                ward.say(f"full for {span_s:g} s")
                await trio.sleep(span_s)
                (folder / "ballast").unlink()
                anew_s.append(await scene.recorded_anew(time.time(), 30.0))
                ward.say(f"space again, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(4.0)
            await scene.told()
            await scene.leave(life)
            case = await ward.conclude(
                scene,
                calamity="disk full",
                where="SQLite on a tmpfs of 32 MiB",
                done=f"not a byte left for {', '.join(f'{one:g} s' for one in spans_s)}",
                rules=Rules(anew_s=6.0, outages=len(spans_s)),
                anew_s=anew_s,
                further=[_told(scene, sum(span_s > _ALARM_S for span_s in spans_s))],
            )
    return [case]


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a file system of a few MiB for the time of a block."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise Missing("a small file system can be mounted by root only: run it as root")
    mount = ("mount", "-t", "tmpfs", "-o", f"size={_SIZE_MIB}m", "chaos", str(folder))
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"mount is not allowed here ({done.stderr.strip()}): run it in a VM")
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=False)


def fill(folder: Path) -> None:
    """Take all space there is, to the last page; blocks."""
    with (folder / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def _told(scene: Scene, expected: int) -> Verdict:
    """The receiver of alerts hears of an outage that lasts, once, and of its end."""
    scene.target.read()
    kinds = [
        notice["kind"]
        for message in scene.target.messages
        for notice in message["notices"]
        if notice["subject"] == "database"
    ]
    wrong = [] if kinds == ["system", "system_over"] * expected else [f"people were told {kinds}"]
    return Verdict("system alert", f"{expected} told to people, with its end", wrong)
