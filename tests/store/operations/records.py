"""What a session can do with what was seen, what happened, and what a process says of itself."""

from monitor.core.model import Lifecycle, Recovery
from monitor.core.pings import Ping, PingKind, PingRecord
from monitor.core.ports import Session
from monitor.core.records import EventRecord, LifeRecord
from tests.store.operations.rows import SHOP, counts, scene
from tests.store.scene import at, event, gap, incident, look, node, transition
from tests.store.sweep import Operation


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


WRITING = [
    Operation("beat", _beat, trace=counts("node WHERE id = 'n{n}'")),
    Operation(
        "commit a look",
        _commit_look,
        ("DELETE FROM result", "UPDATE task_state SET last_slot_at = NULL"),
        counts("result", "task_state WHERE last_slot_at IS NOT NULL"),
    ),
    Operation(
        "commit news",
        _commit_news,
        ("DELETE FROM result", "UPDATE task_state SET last_slot_at = NULL"),
        counts(
            "result",
            "task_state WHERE last_slot_at IS NOT NULL AND recovery_attempts = {n}",
            "transition WHERE seq = {n}",
            "incident WHERE number = {n}",
            "gap WHERE slots = {n}",
            "event WHERE kind = 'happened {n}'",
        ),
    ),
    Operation("commit a ping", _commit_ping, trace=counts("ping WHERE exit_code = {n}")),
]

READING = [
    Operation("looks", _looks, ("DELETE FROM result", *scene()[2:])),
    Operation("gaps", _gaps),
    Operation("transitions", _transitions),
    Operation("incidents", _incidents),
    Operation("events", _events),
    Operation("pings", _pings),
    Operation("heard", _heard),
    Operation("nodes", _nodes),
    Operation("recent", _recent),
    Operation("histograms", _histograms),
    Operation("phases", _phases),
]
