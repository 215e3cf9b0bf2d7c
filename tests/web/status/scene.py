"""The scenery of the dashboard's tests, with a past of ninety days and status pages on it.

`python -m tests.web.status.scene PORT` serves it, to be looked at: /status/shop, /status/all.
"""

from __future__ import annotations

import ipaddress
import sys
from datetime import timedelta

import attrs
import trio
from anycorn import serve
from anycorn.config import Config
from starlette.applications import Starlette
from starlette.middleware import Middleware

from monitor.app import App
from monitor.core.access.options import AccessOptions
from monitor.core.alerts.alerting import AlertingChange, Maintenance, Selector
from monitor.core.model import Gap, GapReason, Incident
from monitor.core.statuspage.making import make_page, new_post
from monitor.core.statuspage.values import Post, Section
from monitor.web.access.source import Source
from monitor.web.desk import Desk
from monitor.web.site import make_site
from monitor.web.status.front import Front
from monitor.web.status.rooms import StatusRoom
from monitor.web.status.shelf import Shelf
from tests.web.pages.reading import Browser, OpenDoor, site_of
from tests.web.pages.scenery import Scenery, scenery

SHOP = make_page(
    slug="shop",
    title="Example Shop",
    description="How our shop and what it needs are doing.\n\nQuestions: help@shop.example",
    sections=(
        Section(
            title="Shop",
            tasks=("shop front", "shop cart", "shop checkout"),
            names={"shop front": "Storefront", "shop cart": "Cart", "shop checkout": "Checkout"},
        ),
        Section(title="Around it", tasks=("payments", "search api", "mail out", "docs")),
        Section(title="Internal", tasks=("report*", "never*")),
    ),
    latency=True,
    accent="#5b2a86",
    host="status.shop.example",
    link="https://shop.example/",
    footer="Example Shop Ltd.",
)
EVERYTHING = make_page(
    slug="all",
    title='<b>All</b> & "more"',
    description="<script>alert(3)</script>",
    sections=(Section(tasks=("*",)),),
    targets=True,
    indexed=False,
)


PROXY = "198.51.100.7"
SOURCE = Source(
    AccessOptions(url="https://monitor.example", proxies=(ipaddress.ip_network(PROXY),))
)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def furnish(scene: Scenery) -> None:
    """Give the tasks a past, and pages."""
    tables, now = scene.store.tables, scene.now
    for number, task in enumerate(list(tables.tasks.values())):
        made_at = now - days(200 if number % 4 else 55)
        tables.tasks[task.id] = attrs.evolve(task, created_at=made_at)
        for key, change in list(tables.transitions.items()):
            if key == (task.id, 1):
                tables.transitions[key] = attrs.evolve(change, at=made_at)
        if task.name in ("shop front", "shop cart", "payments", "mail out", "cache", "git"):
            for nth, (ago, hours) in enumerate(((71, 0.3), (40 - number, 2.2), (23, 30), (6, 0.1))):
                began_at = now - days(ago + number / 10)
                tables.incidents[task.id, 100 + nth] = Incident(
                    task_id=task.id,
                    number=100 + nth,
                    opened_at=began_at,
                    confirmed_at=began_at,
                    closed_at=began_at + timedelta(hours=hours),
                    detail="HTTP 500 from 10.0.0.7 with s3cret-detail",
                )
        from_at = now - days(33)
        tables.gaps[task.id, from_at] = Gap(
            task_id=task.id,
            from_at=from_at,
            until_at=from_at + days(1.7),
            reason=GapReason.MONITOR_DOWN,
            slots=1000,
        )
    for page in (SHOP, EVERYTHING):
        tables.pages.by_slug[page.slug] = page
    for post in posts(scene):
        tables.pages.posts[post.id] = post
    tables.alerts.change(
        AlertingChange(
            maintenances=(
                Maintenance(
                    name="Database upgrade",
                    selector=Selector(tasks=("payments", "shop front")),
                    rule={
                        "from": (now + days(2)).isoformat(),
                        "until": (now + days(2.1)).isoformat(),
                    },
                    note="internal note",
                ),
                Maintenance(
                    name="New documentation",
                    selector=Selector(tasks=("docs",)),
                    rule={
                        "from": (now - days(0.01)).isoformat(),
                        "until": (now + days(0.1)).isoformat(),
                    },
                ),
            )
        )
    )


def posts(scene: Scenery) -> list[Post]:
    """Write about an incident that is over, and one that is not."""
    told: list[Post] = []

    def tell(ago_h: float, state: str, text: str, title: str = "", story: str = "") -> Post:
        at = scene.now - timedelta(hours=ago_h)
        one = new_post(
            told, "shop", at=at, state=state, text=text, title=title, story=story, by="anna"
        )
        told.append(one)
        return one

    first = tell(
        150, "investigating", "Payments by card fail for some of you.", "Card payments fail"
    )
    tell(149.5, "identified", "Our provider has a fault; they are working on it.", "", first.story)
    tell(147, "resolved", "All payments work again.\n\nNo money was lost.", "", first.story)
    open_one = tell(
        0.2, "investigating", "Orders cannot be completed. We are looking.", "Checkout fails"
    )
    tell(0.1, "identified", "A certificate was not renewed;\nwe renew it now.", "", open_one.story)
    return told


def make_scene() -> Scenery:
    """Return the scenery with its pages."""
    made = scenery()
    furnish(made)
    return made


def room_of(app: App) -> StatusRoom:
    return StatusRoom(Shelf(app, Desk(app.store)), SOURCE)


def public_site(room: StatusRoom) -> Starlette:
    """Return what the public may ask, at every host name."""
    front = Middleware(Front, shelf=room.shelf, source=room.source)
    return make_site([room, room.statics], OpenDoor(), [front])


def browser_of(app: App, **headers: str) -> Browser:
    """Return a browser of somebody nobody knows."""
    return Browser(public_site(room_of(app)), headers)


async def main(port: int) -> None:
    """Serve until interrupted."""
    async with make_scene().running() as app:
        config = Config()
        config.bind = [f"127.0.0.1:{port}"]
        config.accesslog = None
        site = site_of(app)
        site.router.routes[:0] = make_site([room_of(app)], OpenDoor()).routes
        await serve(site, config, mode="asgi")  # type: ignore[arg-type]


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]))
