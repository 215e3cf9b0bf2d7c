"""The listener, as an organ of the monitor: what goes wrong in it harms no task.

The sockets are opened once and outlive it: when it is started again, those who wait in their queue
are still there. When the monitor leaves, it lets nobody in any more, and requests in flight get the
grace.
"""

import logging
import os
import socket
from collections.abc import Sequence
from functools import partial

import trio
from anycorn import serve
from anycorn.config import Config
from starlette.applications import Starlette
from starlette.middleware import Middleware

from monitor.app import App
from monitor.journal import tell
from monitor.web.access.entrance import FOLDER, Entrance
from monitor.web.api.guarded import ApiOptions
from monitor.web.api.room import Api
from monitor.web.desk import Desk
from monitor.web.feed import Feed
from monitor.web.listen import authority
from monitor.web.pages.inbox_page import Inbox
from monitor.web.pages.rooms import pages_of
from monitor.web.routing import Room
from monitor.web.site import make_site, rooms_of
from monitor.web.status.front import Front
from monitor.web.status.rooms import StatusRoom
from monitor.web.status.shelf import Shelf
from monitor.web.status.subscribing import Subscriptions

IDLE_S = 30
"""How long a connection may say nothing before or between its requests."""


def site_of(
    monitor: App,
    entrance: Entrance,
    more: Sequence[Room] = (),
    api: ApiOptions | None = None,
    feed: Feed | None = None,
    inbox: Inbox | None = None,
) -> Starlette:
    """Return all that is served for a running monitor, behind its guard."""
    desk = Desk(monitor.store)
    guard = entrance.guard(desk, monitor.clock.now, monitor.outage)
    allowed = api or ApiOptions()
    others, passwords = partial(entrance.rooms, guard), entrance.passwords
    shelf = Shelf(monitor, desk)
    pages = pages_of(monitor, desk, (FOLDER,), others, inbox, allowed, passwords, shelf.forget)
    interface = Api(
        monitor=monitor,
        desk=desk,
        feed=feed or Feed(),
        options=allowed,
        passwords=passwords,
        published=shelf.forget,
    )
    status = StatusRoom(shelf, guard.door.source)
    subscriptions = Subscriptions(status=status, desk=desk, now=monitor.clock.now)
    front = Middleware(Front, shelf=shelf, source=guard.door.source)
    return make_site(
        [*rooms_of(monitor), *pages, interface, status, subscriptions, *more], guard, [front]
    )


async def listen_for(
    monitor: App,
    sockets: Sequence[socket.socket],
    more: Sequence[Room] = (),
    entrance: Entrance | None = None,
    api: ApiOptions | None = None,
    inbox: Inbox | None = None,
) -> None:
    """Serve a running monitor until its doors close, and close the sockets then.

    Args:
        more: rooms that depend on settings.
        entrance: lets people in, or not.
        api: what is allowed over HTTP.
        inbox: what a receiver of alerts took, if it is ours.
    """
    entrance = entrance or Entrance()
    feed = Feed()
    site = site_of(monitor, entrance, more, api, feed, inbox)

    async def closing() -> None:
        await monitor.doors.closing.wait()
        for one in sockets:
            one.close()

    with monitor.doors.keep():
        config = _config(sockets, monitor.tuning.grace_s)
        for one in sockets:
            host, port = one.getsockname()[:2]
            tell("web.listening", address=authority(host, port), port=port)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(entrance.keep, monitor, sockets, name="access")
            nursery.start_soon(feed.keep, monitor, name="feed")
            await serve(
                site,  # type: ignore[arg-type]
                config,
                shutdown_trigger=closing,
                mode="asgi",
            )
            nursery.cancel_scope.cancel()


def _config(sockets: Sequence[socket.socket], grace_s: float) -> Config:
    config = Config()
    # It closes what it is given.
    config.bind = [f"fd://{os.dup(one.fileno())}" for one in sockets]
    config.graceful_timeout = grace_s
    config.read_timeout = IDLE_S
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = logging.getLogger("anycorn")
    return config
