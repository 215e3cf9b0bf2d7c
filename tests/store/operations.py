"""Everything a session can do, each with how to see from outside whether it was done."""

from collections.abc import Sequence

import attrs
import trio

from monitor.core.access.changing import People, PeopleChange
from monitor.core.access.people import Token, User, WebSession, new_deed
from monitor.core.access.roles import Role
from monitor.core.alerts.alerting import (
    Acknowledgement,
    Alerting,
    AlertingChange,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, NoticeState
from monitor.core.changes import FleetChange
from monitor.core.listing import Tasks
from monitor.core.model import Lifecycle, Recovery, RequestKind, Task
from monitor.core.pings import Ping, PingKind, PingRecord
from monitor.core.ports import Session
from monitor.core.receipts import Receipt
from monitor.core.records import EventRecord, LifeRecord, NoticeRecord
from monitor.core.statuspage.readers import Happening, Letter, Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, Post, PostState, StatusPage
from tests.store.pictures import picture
from tests.store.scene import at, event, gap, incident, look, node, notice, spec, transition
from tests.store.sweep import Operation

SHOP = 900_001
"""The id of the task that is there all the time; the database gives its own from 1 on."""
_LEAVING = 1_000_000
"""Ids from here on belong to tasks that are made to be removed, one in ten: SQLite numbers new
tasks after the highest there ever was, which must not be the next one's."""
_LEAVING_N = f"{_LEAVING} + 10 * {{n}}"


def scene(task_id: str = str(SHOP)) -> tuple[str, ...]:
    """Return the statements that make a task with a state and a result."""
    return (
        "INSERT INTO task (id, name, target, interval_s, timeout_s, attempts, retry_interval_s, "
        "recovery_confirmations, options, paused, created_at) VALUES "
        f"({task_id}, 'task {task_id}', 'tcp://x:1', 30, 10, 3, 20, 2, '{{}}', false, "
        "'2026-03-29 00:00:00')",
        "INSERT INTO task_state (task_id, status, detail, standing, streak, seq, incidents, "
        "consecutive_errors, lifecycle, recovery_attempts, error) VALUES "
        f"({task_id}, 'pending', '', 'pending', 0, 0, 0, 0, 'running', 0, '')",
        "INSERT INTO result (task_id, slot_at, looked_at, status, duration_s, timings, detail) "
        f"VALUES ({task_id}, '2026-03-29 00:00:00', '2026-03-29 00:00:00', 'up', 0, '{{}}', '')",
    )


def _counts(*conditions: str) -> str:
    """Return the query that counts rows of several tables, in one row."""
    return "SELECT " + ", ".join(f"(SELECT count(*) FROM {one})" for one in conditions)


def _gone(*conditions: str) -> str:
    """Return the query that counts 1 for each table that has no such row."""
    return "SELECT " + ", ".join(
        f"CASE WHEN EXISTS (SELECT 1 FROM {one}) THEN 0 ELSE 1 END" for one in conditions
    )


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
_WISH = (
    "DELETE FROM request",
    f"INSERT INTO request (id, task_id, kind) VALUES (7, {SHOP}, 'look')",
)


async def _add(session: Session, n: int) -> None:
    assert 2 == len(await session.add([spec(f"first {n}"), spec(f"second {n}")], at(0)))


async def _edit(session: Session, n: int) -> None:
    assert SHOP == (await session.edit(SHOP, spec(target=f"tcp://edited:{n}"))).id


async def _rebuild(session: Session, n: int) -> None:
    def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        shop = next(task for task in tasks if task.id == SHOP)
        leaving = next(task for task in tasks if task.id == _LEAVING + 10 * n)
        edit = (shop, spec(target=f"tcp://rebuilt:{n}"))
        return FleetChange(remove=(leaving,), edit=(edit,), add=(spec(f"rebuilt {n}"),))

    assert await session.rebuild(plan, at(0))


async def _amend(session: Session, n: int) -> None:
    kept = Receipt(key=f"k{n}", digest="", at=at(0), status=200, location="", body="")
    session.keep_receipt(kept.key, lambda _task: kept)
    assert SHOP == (await session.amend(SHOP, lambda _task: spec(target=f"tcp://amended:{n}"))).id


async def _remove(session: Session, n: int) -> None:
    await session.remove(_LEAVING + 10 * n)


async def _request(session: Session, _n: int) -> None:
    await session.request(SHOP, RequestKind.RESUME)


async def _changes(session: Session, _n: int) -> None:
    found = await session.changes(-1)
    assert found is not None
    assert [SHOP] == [wish.task_id for wish in found.requests]


async def _answer(session: Session, _n: int) -> None:
    await session.commit([EventRecord(answers=(7,))])


async def _beat(session: Session, n: int) -> None:
    await session.beat(node(f"n{n}", sessions={"task 1": "2026"}))


async def _commit_look(session: Session, n: int) -> None:
    await session.commit([look(SHOP, n)])


async def _commit_news(session: Session, n: int) -> None:
    recovery = Recovery(lifecycle=Lifecycle.BACKOFF, attempts=n)
    await session.commit(
        [
            look(
                SHOP,
                n,
                transition=transition(SHOP, n, n),
                incident=incident(SHOP, n, n),
                gaps=(gap(SHOP, n, n + 1, slots=n),),
            ),
            LifeRecord(task_id=SHOP, recovery=recovery),
            EventRecord(event=event(n, f"happened {n}")),
        ]
    )


async def _commit_ping(session: Session, n: int) -> None:
    ping = Ping(task_id=SHOP, kind=PingKind.FAIL, at=at(n), exit_code=n, body="x")
    await session.commit([PingRecord(ping=ping)])


async def _fleet(session: Session, _n: int) -> None:
    assert SHOP in [one.task.id for one in await session.fleet()]


async def _watched(session: Session, _n: int) -> None:
    assert SHOP == (await session.watched(SHOP)).task.id


async def _looks(session: Session, _n: int) -> None:
    assert 1 == len(await session.looks(SHOP, limit=1))


async def _gaps(session: Session, _n: int) -> None:
    await session.gaps(SHOP, at(0))


async def _transitions(session: Session, _n: int) -> None:
    await session.transitions(SHOP, at(0))


async def _incidents(session: Session, _n: int) -> None:
    await session.incidents(SHOP, at(0))


async def _events(session: Session, _n: int) -> None:
    await session.events(SHOP, at(0))


async def _heard(session: Session, _n: int) -> None:
    await session.heard([SHOP], 3)


async def _pings(session: Session, _n: int) -> None:
    await session.pings(SHOP)


async def _nodes(session: Session, _n: int) -> None:
    await session.nodes()


async def _recent(session: Session, _n: int) -> None:
    await session.recent({SHOP: at(0)})


async def _histograms(session: Session, _n: int) -> None:
    await session.histograms(SHOP, [at(0), at(60), at(120)])


async def _phases(session: Session, _n: int) -> None:
    await session.phases(SHOP, [at(0), at(60), at(120)])


async def _overdue(session: Session, _n: int) -> None:
    await session.overdue(at(0))


async def _commit_notices(session: Session, n: int) -> None:
    key = f"{SHOP}/{n}/down"
    told = notice(SHOP, key=key, incident=n)
    await session.commit([NoticeRecord(notices=(told,))])


async def _decide(session: Session, n: int) -> None:
    sent = attrs.evolve(notice(SHOP, key="swept"), state=NoticeState.SENT, message=f"m{n}")
    await session.commit([NoticeRecord(decided=(sent,), event=event(n, f"sent {n}"))])


async def _change_alerting(session: Session, n: int) -> None:
    channel = ChannelSpec(name=f"c{n}", url="ntfy://x")
    quiet = Silence(id=0, selector=Selector(), from_at=at(0), until_at=at(1), note=f"n{n}")
    taken = Acknowledgement(task_id=SHOP, incident=n, at=at(0))
    await session.change_alerting(
        AlertingChange(channels=(channel,), silences=(quiet,), acknowledgements=(taken,))
    )


async def _unfinished(session: Session, _n: int) -> None:
    await session.unfinished()


async def _notices(session: Session, _n: int) -> None:
    await session.notices()


async def _alerting(session: Session, _n: int) -> None:
    await session.alerting()


async def _page(session: Session, _n: int) -> None:
    assert [SHOP] == [one.task.id for one in await session.page(Tasks(ids=(SHOP,)))]


async def _receipt(session: Session, n: int) -> None:
    assert await session.receipt(f"none {n}", at(0)) is None


async def _change_people(session: Session, n: int) -> None:
    def plan(_people: People) -> PeopleChange:
        done = new_deed(at(n), "anna", "session", "user.add", f"u{n}")
        user = User(name=f"u{n}", role=Role.ADMIN, created_at=at(n))
        token = Token(name=f"t{n}", role=Role.VIEWER, digest=f"d{n}", created_at=at(n))
        return PeopleChange(users=(user,), tokens=(token,), deeds=(done,))

    await session.registry.change_people(plan)


async def _open_session(session: Session, n: int) -> None:
    new = WebSession(digest=f"s{n}", user_id=0, epoch=1, created_at=at(n), seen_at=at(n))
    session.sign(new_deed(at(n), "anna", "session", "login", f"s{n}"))
    await session.registry.open_session(new, instead_of="old")


async def _people(session: Session, _n: int) -> None:
    await session.registry.people()


async def _find_session(session: Session, _n: int) -> None:
    assert None is await session.registry.find_session("nobody's")


async def _find_token(session: Session, _n: int) -> None:
    assert None is await session.registry.find_token("nobody's")


async def _deeds(session: Session, _n: int) -> None:
    await session.registry.deeds()


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


async def _set_logo(session: Session, n: int) -> None:
    assert await session.publishing.set_logo("there", picture(16 + n % 1000))


async def _logo(session: Session, _n: int) -> None:
    await session.publishing.logo("there")


async def _subscribe(session: Session, n: int) -> None:
    new = new_subscriber("there", Way.MAIL, f"s{n}@example.com", "en", at(n))
    assert await session.publishing.readers.subscribe(new)


async def _tell(session: Session, n: int) -> None:
    happening = Happening(key=f"h{n}", event="x", about={"title": "x"})
    assert 1 == await session.publishing.readers.tell("there", happening, at(n))


async def _settle(session: Session, n: int) -> None:
    letter = Letter(key="l", page="there", subscriber="s", event="x", made_at=at(0), next_at=at(n))
    await session.publishing.readers.settle([attrs.evolve(letter, error=f"e{n}")])


async def _due(session: Session, _n: int) -> None:
    await session.publishing.readers.due(at(0), 10)


async def _pages(session: Session, _n: int) -> None:
    await session.publishing.pages()


async def _posts(session: Session, _n: int) -> None:
    await session.publishing.posts("there")


async def _pasts(session: Session, _n: int) -> None:
    assert [SHOP] == list(await session.publishing.pasts([SHOP], at(0)))


async def _nothing(_session: Session, _n: int) -> None:
    await trio.lowlevel.checkpoint()


NOTHING = Operation("nothing", _nothing)

WRITING = [
    Operation(
        "add",
        _add,
        (f"DELETE FROM task_state WHERE task_id <> {SHOP}", f"DELETE FROM task WHERE id <> {SHOP}"),
        _counts(
            "task WHERE name = 'first {n}'",
            "task WHERE name = 'second {n}'",
            "task_state JOIN task ON id = task_id WHERE name = 'first {n}'",
            "task_state JOIN task ON id = task_id WHERE name = 'second {n}'",
        ),
    ),
    Operation("edit", _edit, trace=_counts("task WHERE target = 'tcp://edited:{n}'")),
    Operation(
        "amend with a receipt",
        _amend,
        trace=_counts("task WHERE target = 'tcp://amended:{n}'", "receipt WHERE key = 'k{n}'"),
    ),
    Operation(
        "remove",
        _remove,
        scene(_LEAVING_N),
        _gone(
            f"task WHERE id = {_LEAVING_N}",
            f"task_state WHERE task_id = {_LEAVING_N}",
            f"result WHERE task_id = {_LEAVING_N}",
        ),
    ),
    Operation(
        "rebuild",
        _rebuild,
        scene(_LEAVING_N),
        """
        SELECT (SELECT count(*) FROM task WHERE target = 'tcp://rebuilt:{n}'),
        (SELECT count(*) FROM task WHERE name = 'rebuilt {n}'),
        """
        f"CASE WHEN EXISTS (SELECT 1 FROM task WHERE id = {_LEAVING_N}) THEN 0 ELSE 1 END",
    ),
    Operation(
        "request",
        _request,
        ("DELETE FROM request", "UPDATE task_state SET recovery_attempts = 9"),
        _counts("request", f"task_state WHERE task_id = {SHOP} AND recovery_attempts = 0"),
    ),
    Operation("answer", _answer, _WISH, _gone("request")),
    Operation("commit notices", _commit_notices, trace=_counts("notice WHERE incident = {n}")),
    Operation(
        "decide on notices",
        _decide,
        (
            "DELETE FROM notice WHERE key = 'swept'",
            "INSERT INTO notice (key, channel, thread, kind, at, since_at, task_id, subject, "
            "target, status, detail, tags, affected, state, why, attempts, message) VALUES "
            "('swept', 'ops', '', 'down', '2026-03-29 00:00:00', '2026-03-29 00:00:00', "
            f"{SHOP}, '', '', 'down', '', '[]', '[]', 'pending', '', 0, '')",
        ),
        _counts("notice WHERE message = 'm{n}'", "event WHERE kind = 'sent {n}'"),
    ),
    Operation(
        "change alerting",
        _change_alerting,
        trace=_counts(
            "channel WHERE name = 'c{n}'",
            "silence WHERE note = 'n{n}'",
            "acknowledgement WHERE incident = {n}",
        ),
    ),
    Operation(
        "change people",
        _change_people,
        trace=_counts(
            "person WHERE name = 'u{n}'",
            "access_token WHERE name = 't{n}'",
            "deed WHERE about = 'u{n}'",
        ),
    ),
    Operation(
        "open a web session",
        _open_session,
        trace=_counts("web_session WHERE digest = 's{n}'", "deed WHERE about = 's{n}'"),
    ),
    Operation(
        "change status pages", _change_pages, trace=_counts("status_page WHERE slug = 'p{n}'")
    ),
    Operation(
        "write a post",
        _write_post,
        (*_THERE, "DELETE FROM letter", "DELETE FROM subscriber", _SUBSCRIBER),
        _counts("status_post WHERE id = 'w{n}'", "letter WHERE key = 's-w{n}'"),
    ),
    Operation(
        "subscribe",
        _subscribe,
        (*_THERE, "DELETE FROM subscriber", "DELETE FROM letter"),
        _counts("subscriber WHERE address = 's{n}@example.com'", "letter WHERE event = 'confirm'"),
    ),
    Operation(
        "tell subscribers",
        _tell,
        ("DELETE FROM letter", "DELETE FROM subscriber", _SUBSCRIBER),
        _counts("letter WHERE key = 's-h{n}'"),
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
        _counts("letter WHERE error = 'e{n}'"),
    ),
    Operation(
        "set a logo",
        _set_logo,
        (
            *_THERE,
            "DELETE FROM status_logo WHERE page = 'there'",
        ),
        _counts("status_logo WHERE page = 'there'"),
    ),
    Operation("beat", _beat, trace=_counts("node WHERE id = 'n{n}'")),
    Operation(
        "commit a look",
        _commit_look,
        ("DELETE FROM result", "UPDATE task_state SET last_slot_at = NULL"),
        _counts("result", "task_state WHERE last_slot_at IS NOT NULL"),
    ),
    Operation(
        "commit news",
        _commit_news,
        ("DELETE FROM result", "UPDATE task_state SET last_slot_at = NULL"),
        _counts(
            "result",
            "task_state WHERE last_slot_at IS NOT NULL AND recovery_attempts = {n}",
            "transition WHERE seq = {n}",
            "incident WHERE number = {n}",
            "gap WHERE slots = {n}",
            "event WHERE kind = 'happened {n}'",
        ),
    ),
    Operation("commit a ping", _commit_ping, trace=_counts("ping WHERE exit_code = {n}")),
]

READING = [
    Operation("changes", _changes, _WISH),
    Operation("fleet", _fleet),
    Operation("watched", _watched),
    Operation("looks", _looks, ("DELETE FROM result", *scene()[2:])),
    Operation("gaps", _gaps),
    Operation("transitions", _transitions),
    Operation("incidents", _incidents),
    Operation("events", _events),
    Operation("pings", _pings),
    Operation("heard", _heard),
    Operation("unfinished", _unfinished),
    Operation("notices", _notices),
    Operation("alerting", _alerting),
    Operation("people", _people),
    Operation("find a web session", _find_session),
    Operation("find a token", _find_token),
    Operation("deeds", _deeds),
    Operation("status pages", _pages),
    Operation("posts", _posts),
    Operation("logo", _logo),
    Operation("letters that are due", _due),
    Operation("pasts", _pasts),
    Operation("nodes", _nodes),
    Operation("recent", _recent),
    Operation("histograms", _histograms),
    Operation("phases", _phases),
    Operation("overdue", _overdue),
    Operation("page", _page),
    Operation("receipt", _receipt),
]

OPERATIONS = WRITING + READING
