"""What a session can do with those who may come in."""

from monitor.core.access.changing import People, PeopleChange
from monitor.core.access.people import Token, User, WebSession, new_deed
from monitor.core.access.roles import Role
from monitor.core.ports import Session
from tests.store.operations.rows import counts
from tests.store.scene import at
from tests.store.sweep import Operation


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


WRITING = [
    Operation(
        "change people",
        _change_people,
        trace=counts(
            "person WHERE name = 'u{n}'",
            "access_token WHERE name = 't{n}'",
            "deed WHERE about = 'u{n}'",
        ),
    ),
    Operation(
        "open a web session",
        _open_session,
        trace=counts("web_session WHERE digest = 's{n}'", "deed WHERE about = 's{n}'"),
    ),
]

READING = [
    Operation("people", _people),
    Operation("find a web session", _find_session),
    Operation("find a token", _find_token),
    Operation("deeds", _deeds),
]
