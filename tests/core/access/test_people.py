"""When a session holds, and what a token covers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from monitor.core.access.people import Spans, Token, User, WebSession, holds, serves, token_role
from monitor.core.access.roles import Role, least, read_role

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = User(id=7, name="anna", role=Role.EDITOR, epoch=3, created_at=NOON)
SESSION = WebSession(digest="d", user_id=7, epoch=3, created_at=NOON, seen_at=NOON)
SPANS = Spans(idle=timedelta(hours=1), lifetime=timedelta(hours=3))


@pytest.mark.parametrize(
    ("different", "after_s", "expected"),
    [
        ({}, 0, True),
        ({}, 3599, True),
        ({}, 3600, False),
        ({"seen_at": NOON + timedelta(hours=2)}, 10799, True),
        ({"seen_at": NOON + timedelta(hours=3)}, 10800, False),
        ({"epoch": 2}, 0, False),
        ({"epoch": 4}, 0, False),
        ({"user_id": 8}, 0, False),
        ({"pending": True}, 299, True),
        ({"pending": True}, 300, False),
        ({"pending": True, "seen_at": NOON + timedelta(seconds=299)}, 300, False),
    ],
)
def test_a_session_holds_for_its_time_and_for_its_users_epoch(
    different: dict[str, Any], after_s: float, expected: bool
) -> None:
    session = attrs.evolve(SESSION, **different)
    assert expected is holds(session, ANNA, NOON + timedelta(seconds=after_s), SPANS)


@pytest.mark.parametrize(
    ("paths", "path", "expected"),
    [
        ((), "/anything", True),
        (("/metrics",), "/metrics", True),
        (("/metrics",), "/metrics/x", True),
        (("/metrics",), "/metricsx", False),
        (("/metrics",), "/", False),
        (("/api/v1/",), "/api/v1/tasks", True),
        (("/api/v1/",), "/api/v1", False),
        (("/a", "/b"), "/b/c", True),
    ],
)
def test_a_token_covers_its_paths_and_all_below(
    paths: tuple[str, ...], path: str, expected: bool
) -> None:
    token = Token(name="t", role=Role.ADMIN, digest="d", paths=paths, created_at=NOON)
    assert expected is token.covers(path)


def test_nothing_holds_of_somebody_who_is_disabled() -> None:
    off = attrs.evolve(ANNA, disabled=True)
    token = Token(name="t", role=Role.ADMIN, digest="d", created_at=NOON)
    assert not holds(SESSION, off, NOON, SPANS)
    assert [True, True, False] == [serves(token, owner, NOON) for owner in (None, ANNA, off)]
    assert not serves(attrs.evolve(token, expires_at=NOON), ANNA, NOON)


def test_a_token_may_do_no_more_than_its_owner() -> None:
    token = Token(name="t", role=Role.ADMIN, digest="d", created_at=NOON)
    assert Role.ADMIN is token_role(token, None)
    assert Role.EDITOR is token_role(token, ANNA)
    assert Role.VIEWER is token_role(attrs.evolve(token, role=Role.VIEWER), ANNA)


def test_roles_are_read_and_one_that_is_not_known_gives_the_least() -> None:
    assert [Role.VIEWER, Role.EDITOR, Role.ADMIN] == [
        read_role(word) for word in ("viewer", "Editor", "ADMIN")
    ]
    assert Role.VIEWER is least("owner of all")
    with pytest.raises(ValueError, match="use one of viewer, editor, admin"):
        read_role("root")
