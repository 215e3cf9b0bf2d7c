"""What a session can do with status pages and their subscribers."""

import attrs

from monitor.core.ports import Session
from monitor.core.statuspage.readers import Happening, Letter, Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, Post, PostState, StatusPage
from tests.store.operations.rows import SHOP, counts
from tests.store.pictures import picture
from tests.store.scene import at
from tests.store.sweep import Operation

_THERE = (
    "DELETE FROM status_page WHERE slug = 'there'",
    "INSERT INTO status_page (slug, from_file, data) "
    """VALUES ('there', false, '{"title": "there"}')""",
)
_SUBSCRIBER = (
    "INSERT INTO subscriber (id, page, way, address, lang, token, secret, asked_at, confirmed_at) "
    "VALUES ('s', 'there', 'mail', 'a@example.com', 'en', 't', '', '2026-03-29 00:00:00', "
    "'2026-03-29 00:00:00')"
)


async def _change_pages(session: Session, n: int) -> None:
    page = StatusPage(slug=f"p{n}", title="page")
    change = PagesChange(pages=(page,), drop=("old",))
    await session.publishing.change_pages(lambda _known: change)


async def _write_post(session: Session, n: int) -> None:
    post = Post(
        id=f"w{n}",
        page="there",
        story="w",
        at=at(n),
        state=PostState.IDENTIFIED,
        title="title",
        text="text",
    )
    assert await session.publishing.write_post(post)


async def _subscribe(session: Session, n: int) -> None:
    new = new_subscriber("there", Way.MAIL, f"s{n}@example.com", "en", at(n))
    assert await session.publishing.readers.subscribe(new)


async def _tell(session: Session, n: int) -> None:
    happening = Happening(key=f"h{n}", event="x", about={"title": "x"})
    assert 1 == await session.publishing.readers.tell("there", happening, at(n))


async def _settle(session: Session, n: int) -> None:
    letter = Letter(key="l", page="there", subscriber="s", event="x", made_at=at(0), next_at=at(n))
    await session.publishing.readers.settle([attrs.evolve(letter, error=f"e{n}")])


async def _set_logo(session: Session, n: int) -> None:
    assert await session.publishing.set_logo("there", picture(16 + n % 1000))


async def _pages(session: Session, _n: int) -> None:
    await session.publishing.pages()


async def _posts(session: Session, _n: int) -> None:
    await session.publishing.posts("there")


async def _logo(session: Session, _n: int) -> None:
    await session.publishing.logo("there")


async def _due(session: Session, _n: int) -> None:
    await session.publishing.readers.due(at(0), 10)


async def _pasts(session: Session, _n: int) -> None:
    assert [SHOP] == list(await session.publishing.pasts([SHOP], at(0)))


WRITING = [
    Operation(
        "change status pages", _change_pages, trace=counts("status_page WHERE slug = 'p{n}'")
    ),
    Operation(
        "write a post",
        _write_post,
        (*_THERE, "DELETE FROM letter", "DELETE FROM subscriber", _SUBSCRIBER),
        counts("status_post WHERE id = 'w{n}'", "letter WHERE key = 's-w{n}'"),
    ),
    Operation(
        "subscribe",
        _subscribe,
        (*_THERE, "DELETE FROM subscriber", "DELETE FROM letter"),
        counts("subscriber WHERE address = 's{n}@example.com'", "letter WHERE event = 'confirm'"),
    ),
    Operation(
        "tell subscribers",
        _tell,
        ("DELETE FROM letter", "DELETE FROM subscriber", _SUBSCRIBER),
        counts("letter WHERE key = 's-h{n}'"),
    ),
    Operation(
        "settle letters",
        _settle,
        (
            "DELETE FROM letter",
            "INSERT INTO letter (key, page, subscriber, event, about, made_at, next_at, attempts, "
            "state, error) VALUES ('l', 'there', 's', 'x', '{}', '2026-03-29 00:00:00', "
            "'2026-03-29 00:00:00', 0, 'waiting', '')",
        ),
        counts("letter WHERE error = 'e{n}'"),
    ),
    Operation(
        "set a logo",
        _set_logo,
        (
            *_THERE,
            "DELETE FROM status_logo WHERE page = 'there'",
        ),
        counts("status_logo WHERE page = 'there'"),
    ),
]

READING = [
    Operation("status pages", _pages),
    Operation("posts", _posts),
    Operation("logo", _logo),
    Operation("letters that are due", _due),
    Operation("pasts", _pasts),
]
