"""Messages of every sort, to try templates on before there is anything to tell."""

import functools
from datetime import UTC, datetime, timedelta

from monitor.channels.wording import compose
from monitor.core.alerts.notices import GOOD_NEWS, Message, Notice, NoticeKind
from monitor.core.model import Status

_AT = datetime(2026, 11, 24, 3, 0, 5, tzinfo=UTC)


@functools.cache
def samples() -> tuple[Message, ...]:
    """Return a message of each kind, and a digest of all."""
    notices = [_notice(number, kind) for number, kind in enumerate(NoticeKind, 1)]
    return (*(compose([notice]) for notice in notices), compose(notices, late=True))


def _notice(number: int, kind: NoticeKind) -> Notice:
    about_us = kind in (NoticeKind.SYSTEM, NoticeKind.SYSTEM_OVER, NoticeKind.TRIAL)
    good = kind in GOOD_NEWS
    return Notice(
        key=f"{number}/3/{kind}",
        channel="ops",
        kind=kind,
        at=_AT + timedelta(minutes=5),
        since_at=_AT,
        ended_at=_AT + timedelta(minutes=4) if good else None,
        task_id=None if about_us else number,
        incident=3 if kind in (NoticeKind.DOWN, NoticeKind.UP) else None,
        subject="database" if about_us else f"shop {number}",
        target="" if about_us else "https://shop.example/health",
        status=Status.UP if good else Status.DOWN,
        detail="" if kind is NoticeKind.TRIAL else "status 500 Internal Server Error",
        tags=() if about_us else ("prod", "web"),
        affected=("basket", "search") if kind is NoticeKind.DOWN else (),
    )
