"""What is wrong with a request, as RFC 9457 has it: each error of ours has one status."""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
from starlette.responses import Response

from monitor.config.source import BadConfig
from monitor.core.access.changing import AccessGone, AccessRefused, AccessTaken
from monitor.core.access.passwords import BadPassword
from monitor.core.alerts.notices import InvalidChannel
from monitor.core.describe import without_password
from monitor.core.failures import (
    DatabaseAway,
    DuplicateName,
    NoSuchTask,
    OutcomeUnknown,
    StoreRefused,
)
from monitor.core.probing import InvalidTask
from monitor.operations.refusals import NotThere, Taken, Unfit
from monitor.web.problem import problem

MOST_ERRORS = 100


@attrs.frozen
class Wrong:
    """One thing that is wrong: where, as the request has it, and one sentence."""

    field: str
    detail: str


class Refusal(Exception):
    """The request cannot be carried out; it is answered with this."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Wrong] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def unfit(errors: Sequence[Wrong], status: int = 422) -> Refusal:
    """Return the refusal of values that are wrong."""
    if len(errors) == 1:
        one = errors[0]
        return Refusal(status, f"{one.field}: {one.detail}" if one.field else one.detail, errors)
    return Refusal(status, f"{len(errors)} things are wrong", errors[:MOST_ERRORS])


def refusal_of(error: Exception, named: Callable[[str], str]) -> Refusal | None:
    """Return what an error of ours is answered with; None if it is a bug.

    `named` says how the request calls a field that our rules name.
    """
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NotThere | NoSuchTask | AccessGone):
        return Refusal(404, without_password(str(error)))
    if isinstance(error, Taken | AccessTaken):
        return Refusal(409, without_password(str(error)))
    if isinstance(error, DuplicateName):
        detail = without_password(str(error))
        return Refusal(409, detail, [Wrong(named("name"), detail)])
    if isinstance(error, InvalidTask | InvalidChannel | Unfit):
        return unfit([_wrong(error, named)])
    if isinstance(error, BadPassword):
        return unfit([Wrong(named("password"), str(error))])
    if isinstance(error, AccessRefused):
        return Refusal(422, str(error))
    if isinstance(error, BadConfig):
        return unfit([Wrong(one.where, without_password(one.message)) for one in error.problems])
    if isinstance(error, OutcomeUnknown):
        detail = "the database was lost before it answered; what was asked for may have been done"
        return Refusal(503, detail, headers={"Retry-After": "10"})
    if isinstance(error, DatabaseAway):
        return Refusal(503, "the database is away", headers={"Retry-After": "10"})
    if isinstance(error, StoreRefused):
        return Refusal(422, f"the database does not take it: {without_password(str(error))}")
    return None


def _wrong(error: InvalidTask | InvalidChannel | Unfit, named: Callable[[str], str]) -> Wrong:
    field = error.field
    if option := field.removeprefix("option ") if field.startswith("option ") else "":
        return Wrong(f"options.{option}", without_password(error.message))
    name = named(field)
    if isinstance(error, InvalidTask) and field in ("expect", "degraded"):
        name = f"{name}[{error.index}]"
    return Wrong(name, without_password(error.message))


def answer(refusal: Refusal) -> Response:
    """Return the answer to a request that cannot be carried out."""
    more: dict[str, Any] = {}
    if refusal.errors:
        more["errors"] = [{"field": one.field, "detail": one.detail} for one in refusal.errors]
    return problem(refusal.status, refusal.detail, refusal.headers, more)
