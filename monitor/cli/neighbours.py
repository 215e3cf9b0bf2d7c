"""Who else runs on a database, as far as beats, and this machine, can tell."""

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta

import trio

from monitor.core.model import Node
from monitor.core.ports import Session
from monitor.engine.clock import Clock
from monitor.engine.presence import BEAT_S, STALE_S


def running(nodes: Iterable[Node], at: datetime) -> list[Node]:
    """Return the processes that are running: not stopped, not gone, their beat not too old."""
    return [
        node
        for node in nodes
        if node.stopped_at is None
        and at - node.beat_at < timedelta(seconds=STALE_S)
        and not _gone(node)
    ]


def _gone(node: Node) -> bool:
    """Say whether a process of this machine has ended without a farewell."""
    if not _here(node):
        return False
    if node.pid == os.getpid():
        return True  # its number is ours now, as happens to process 1 of a container
    try:
        os.kill(node.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _here(node: Node) -> bool:
    return node.host == socket.gethostname()


async def wait_alone(session: Session, clock: Clock) -> Node | None:
    """Return None as soon as it is certain that nobody else runs here, or else who does.

    A fresh beat from another machine may be the last one of a process that died; only a beat that
    goes on comes from a living one. That takes as long as a beat takes to become stale.
    """
    while others := running(await session.nodes(), clock.now()):
        for other in others:
            if _here(other):
                return other
        await trio.sleep(1.5 * BEAT_S)
        known = {other.id: other.beat_at for other in others}
        for node in running(await session.nodes(), clock.now()):
            if node.id not in known or node.beat_at > known[node.id]:
                return node
    return None
