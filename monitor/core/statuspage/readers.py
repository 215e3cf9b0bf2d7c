"""Who is told of what happens on a page, of what, and in which letters: frozen values and rules.

A letter belongs to one subscriber and one happening, and its key is made of both: however often
somebody finds that it must be written, it is written once.
"""

import base64
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

import attrs

from monitor.core.ids import new_id
from monitor.core.statuspage.values import Post, PostState, StatusPage

MOST = 5000
"""Subscribers of one page, with those who have not confirmed."""
PENDING = 200
"""Of one page, so many may have been asked within an hour: more is no crowd but an attack."""
ASKED_AGAIN = timedelta(hours=1)
"""Nobody is asked more often whether it was really he who subscribed."""
FORGOTTEN = timedelta(days=2)
"""Who has not confirmed by then is forgotten."""
KEPT = timedelta(days=60)
"""How long it is known which letters were written; longer than work is announced before."""
GIVEN_UP = timedelta(days=1)
"""A letter that nobody took for so long is none any more."""
RETRY_S, LONGEST_RETRY_S = 30.0, 3600.0


class Way(StrEnum):
    """How somebody is told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@attrs.frozen
class Lane:
    """Letters that share a bound on how many are under way.

    Those of a page by mail, which all go through one server; or those of a page to one receiver of
    webhooks. Without a receiver: all of a page that go one way.
    """

    page: str
    way: Way
    receiver: str = ""

    @property
    def whole(self) -> "Lane":
        """All of the page that go this way."""
        return attrs.evolve(self, receiver="")


@attrs.frozen(kw_only=True)
class Subscriber:
    """Somebody who wants to be told. Construct through `new_subscriber`."""

    id: str
    page: str
    way: Way
    address: str = attrs.field(repr=False)
    lang: str
    token: str = attrs.field(repr=False)
    """Who knows it may confirm and end the subscription; it stands in letters only."""
    secret: str = attrs.field(default="", repr=False)
    """Signs what is posted; of webhooks only."""
    asked_at: datetime
    confirmed_at: datetime | None = None

    @property
    def lane(self) -> Lane:
        """The lane of what is sent to them."""
        by_mail = self.way is Way.MAIL
        host = "" if by_mail else urlsplit(self.address).netloc.lower() or self.address
        return Lane(self.page, self.way, host)


def ways_of(page: StatusPage) -> list[Way]:
    """Return how readers of a page may be told."""
    offered = {Way.MAIL: bool(page.mail), Way.WEBHOOK: page.webhooks}
    return [way for way, is_offered in offered.items() if is_offered]


class LetterState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@attrs.frozen(kw_only=True)
class Happening:
    """Something subscribers are told of."""

    key: str
    event: str
    about: Mapping[str, object]
    """What is told; plain values."""


@attrs.frozen(kw_only=True)
class Letter:
    """A happening on its way to a subscriber."""

    key: str
    page: str
    subscriber: str
    event: str
    about: Mapping[str, object] = attrs.field(factory=dict)
    made_at: datetime
    next_at: datetime
    attempts: int = 0
    state: LetterState = LetterState.WAITING
    error: str = ""

    def sent(self) -> "Letter":
        """Return it as it is once the receiver has taken it."""
        return attrs.evolve(
            self, attempts=self.attempts + 1, state=LetterState.SENT, about={}, error=""
        )

    def failed(
        self, error: str, at: datetime, *, permanent: bool = False, wait_s: float | None = None
    ) -> "Letter":
        """Return it as it is after nobody took it: 30, 60, 120 ... s later again, for a day."""
        after_s = min(LONGEST_RETRY_S, RETRY_S * 2.0 ** min(self.attempts, 20))
        next_at = at + timedelta(seconds=max(after_s, wait_s or 0.0))
        dead = permanent or next_at - self.made_at > GIVEN_UP
        return attrs.evolve(
            self,
            attempts=self.attempts + 1,
            state=LetterState.DEAD if dead else LetterState.WAITING,
            next_at=next_at,
            error=error,
        )


CONFIRM, PLANNED = "confirm", "maintenance.planned"
_OF_STATE = {PostState.RESOLVED: "incident.resolved"}


def of_post(post: Post) -> Happening:
    """Return what subscribers are told of a post."""
    event = "incident.posted" if post.id == post.story else "incident.updated"
    return Happening(
        key=post.id,
        event=_OF_STATE.get(post.state, event),
        about={
            "incident": post.story,
            "title": post.title,
            "state": post.state.value,
            "text": post.text,
            "at": post.at.isoformat(),
        },
    )


def of_work(
    name: str, begins_at: datetime, ends_at: datetime, components: Sequence[str]
) -> Happening:
    """Return what subscribers are told of planned work: once for each time that it is."""
    known = sha256(f"{name}\n{begins_at.isoformat()}".encode()).hexdigest()[:24]
    return Happening(
        key=f"work-{known}",
        event=PLANNED,
        about={
            "title": name,
            "begins_at": begins_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "components": list(components),
        },
    )


def new_subscriber(page: str, way: Way, address: str, lang: str, at: datetime) -> Subscriber:
    """Return somebody who has asked to be told, and has not confirmed that it was he."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    return Subscriber(
        id=new_id(at),
        page=page,
        way=way,
        address=address,
        lang=lang,
        token=secrets.token_urlsafe(24),
        secret=secret if way is Way.WEBHOOK else "",
        asked_at=at,
    )


def asking(subscriber: Subscriber) -> Letter:
    """Return the letter that asks somebody whether it was he who subscribed."""
    at = subscriber.asked_at
    return _letter(
        subscriber, Happening(key=f"{CONFIRM}-{at:%y%m%d%H%M%S}", event=CONFIRM, about={}), at
    )


def letters_of(
    happening: Happening, subscribers: Iterable[Subscriber], at: datetime
) -> list[Letter]:
    """Return a letter for each who has confirmed."""
    return [_letter(one, happening, at) for one in subscribers if one.confirmed_at is not None]


def _letter(subscriber: Subscriber, happening: Happening, at: datetime) -> Letter:
    return Letter(
        key=f"{subscriber.id}-{happening.key}",
        page=subscriber.page,
        subscriber=subscriber.id,
        event=happening.event,
        about=happening.about,
        made_at=at,
        next_at=at,
    )


@attrs.frozen(kw_only=True)
class Subscribing:
    """What is to be done about somebody who subscribes."""

    write: Subscriber | None = None
    """New, or asked once more."""
    letter: Letter | None = None


def subscribing(
    known: Subscriber | None, new: Subscriber, count: int, asked_lately: int
) -> Subscribing | None:
    """Say what is to be done; None: the page takes nobody now, whoever asks.

    Who is subscribed already, or was asked just now, gets no letter: so nobody is flooded.

    Args:
        known: who has that address, if anybody has.
        count: how many the page has; `asked_lately` of them were asked within an hour.
    """
    if count >= MOST or asked_lately >= PENDING:
        return None
    if known is None:
        return Subscribing(write=new, letter=asking(new))
    if known.confirmed_at is not None or new.asked_at - known.asked_at < ASKED_AGAIN:
        return Subscribing()
    again = attrs.evolve(known, asked_at=new.asked_at, lang=new.lang)
    return Subscribing(write=again, letter=asking(again))


class Readers(Protocol):
    """The part of a session that knows subscribers; each method is one transaction."""

    async def all(self, page: str) -> list[Subscriber]:
        """Return the subscribers of a page, those first who asked first."""

    async def find(self, page: str, token: str) -> Subscriber | None:
        """Return the subscriber of a page who has that token."""

    async def subscribe(self, new: Subscriber) -> bool:
        """Do what `subscribing` says; False: the page takes nobody now, or is not there."""

    async def confirm(self, page: str, token: str, at: datetime) -> Subscriber | None:
        """Note that somebody wants to be told; the time of the first time stays."""

    async def drop(self, page: str, ids: Sequence[str]) -> None:
        """Forget subscribers, with their letters."""

    async def tell(self, page: str, happening: Happening, at: datetime) -> int:
        """Write letters to all who have confirmed and have none of it yet; return how many."""

    async def due(
        self, at: datetime, limit: int, busy: Collection[Lane] = ()
    ) -> list[tuple[Letter, Subscriber]]:
        """Return letters that wait and may be tried, those first that failed least often.

        Args:
            busy: lanes whose letters are left out.
        """

    async def settle(self, letters: Sequence[Letter]) -> None:
        """Write down what became of letters; those that are gone meanwhile stay gone."""

    async def forget(self, at: datetime) -> None:
        """Forget who never confirmed, and letters of long ago."""
