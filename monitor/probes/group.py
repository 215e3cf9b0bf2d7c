"""Say how several tasks stand together: `group:`.

    monitor task add group: --name shop -o members=web,database,mail
    monitor task add group: --name web -o members=web-1,web-2,web-3 -o need=2

Without a `need` a group is as its worst member. `need=2` asks for two members that are UP,
`need=50%` for half of them; with `weights` the weights are counted instead of the members. If there
are enough only by counting members that are DEGRADED, so is the group.

What is not known of a member counts neither way: a group is UNKNOWN as long as that decides, and so
is one that names a task which does not exist. Members that are paused or in maintenance are left
out. A member may be a group, but none may contain itself.

It looks again at once when a member changes. Members are confirmed already, so what they say
together needs no further looks; `attempts` and `recovery_confirmations` mean nothing here.
"""

from collections import deque
from collections.abc import Mapping
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.group import ALL, Member, Need, Standing, Unit, sum_up
from monitor.core.model import Result, Status, TaskSpec
from monitor.core.probing import Around, InvalidTask, Probe, Trace
from monitor.probes.kind import Kind, only_within
from monitor.probes.options import did_you_mean, read_options
from monitor.probes.target import rest_of, scheme_of
from monitor.references import BadReference, fetched

SCHEME = "group"
_TOLD = 5
"""Members that a detail names of each status."""


@attrs.frozen(kw_only=True)
class GroupOptions:
    """Who belongs to it, and what it needs."""

    members: Annotated[
        str | list[str],
        Meta(description="the names of the tasks, a list or with commas between them"),
    ] = ""
    need: Annotated[
        str | int,
        Meta(description="`worst`, how many members must be up, or which share of them, `50%`"),
    ] = "worst"
    weights: Annotated[
        dict[str, Annotated[float, Meta(gt=0, le=1_000_000)]],
        Meta(description="what members count by their names; 1 each, if not set"),
    ] = attrs.field(factory=dict)


def prepare(target: str, options: GroupOptions) -> Probe:
    """Check the task.

    Raises:
        InvalidTask: it has no members, or what it needs cannot be.
    """
    if rest_of(target):
        raise InvalidTask(
            "target", f"has more than a scheme; write {SCHEME}: and -o members=NAME,NAME"
        )
    names = _members(options)
    if not names:
        raise InvalidTask("option members", "is not set; name the tasks that belong to it")
    for name in names:
        if names.count(name) > 1:
            raise InvalidTask("option members", f"names {name!r} twice; once is enough")
    for name in options.weights:
        if name not in names:
            raise InvalidTask(f"option weights.{name}", f"is no member{did_you_mean(name, names)}")
    _need(options, names)
    return only_within(SCHEME)


def members_of(spec: TaskSpec) -> list[str]:
    """Return the names of the tasks of a group; of any other task, none."""
    if scheme_of(spec.target) != SCHEME:
        return []
    return _members(read_options(GroupOptions, fetched(spec.options)))


def stands(spec: TaskSpec, statuses: Mapping[str, Status]) -> Status:
    """Say how a group stands whose members stand so; what is not said of a member is unknown."""
    options = read_options(GroupOptions, fetched(spec.options))
    names = _members(options)
    members = [
        Member(name, statuses.get(name, Status.UNKNOWN), options.weights.get(name, 1.0))
        for name in names
    ]
    return sum_up(members, _need(options, names)).status


def _members(options: GroupOptions) -> list[str]:
    written = options.members
    names = written.split(",") if isinstance(written, str) else written
    return [name.strip() for name in names if name.strip()]


def _need(options: GroupOptions, names: list[str]) -> Need:
    text = str(options.need).strip()
    if text == "worst":
        return ALL
    number = text.removesuffix("%").rstrip()
    if not (number.isascii() and number.isdigit() and len(number) <= 7):
        raise InvalidTask("option need", f"{text!r} is not known; write worst, 2 or 50%")
    amount, total = int(number), sum(options.weights.get(name, 1.0) for name in names)
    if text.endswith("%"):
        if not 1 <= amount <= 100:
            raise InvalidTask("option need", f"{text!r} is out of range; use 1% to 100%")
        return Need(amount / 100, Unit.SHARE)
    if not 1 <= amount <= total:
        raise InvalidTask(
            "option need", f"{text!r} is out of range; all members together count {total:g}"
        )
    return Need(amount)


def within(_target: str, options: GroupOptions, around: Around) -> Probe:
    """Make the probe of a group.

    Raises:
        InvalidTask: it names itself.
    """
    names = _members(options)
    need = _need(options, names)
    if around.task.name in names:
        raise InvalidTask("option members", "names the group itself; leave it out")

    async def look(trace: Trace) -> Result:
        with trace.enter("members"):
            found = {name: around.find(name) for name in names}
            missing = [name for name, member in found.items() if member is None]
            circle = _circle(around, names)
        members = [
            Member(name, member.shown[0], options.weights.get(name, 1.0))
            for name, member in found.items()
            if member is not None
        ]
        standing = sum_up(members, need)
        trace.facts |= _facts(standing, missing)
        if circle:
            detail = f"it contains itself: {' contains '.join(map(repr, circle))}"
            return Result(status=Status.UNKNOWN, detail=detail, sure=True)
        if missing:
            detail = f"there is no task {_named(missing)}; add it, or take it out of the members"
            return Result(status=Status.UNKNOWN, detail=detail, sure=True)
        return Result(status=standing.status, detail=_detail(standing), sure=True)

    return look


def _circle(around: Around, names: list[str]) -> list[str]:
    """Return a way from a group through groups back to itself, if there is one."""
    own, reached_from = around.task.name, dict.fromkeys(names, around.task.name)
    waiting = deque(names)
    while waiting:
        name = waiting.popleft()
        for inner in _inside(around, name):
            if inner == own:
                way = [own]
                while name != own:
                    way.append(name)
                    name = reached_from[name]
                return [*way, own][::-1]
            if inner not in reached_from:
                reached_from[inner] = name
                waiting.append(inner)
    return []


def _inside(around: Around, name: str) -> list[str]:
    """Return the members of a task, if it is a group."""
    member = around.find(name)
    try:
        return [] if member is None else members_of(member.task)
    except (InvalidTask, BadReference):
        return []


def _detail(standing: Standing) -> str:
    """Count the members, the worst first, and name those that are not well."""
    order = (Status.DOWN, Status.UNKNOWN, Status.DEGRADED, Status.UP)
    rest = [status for status in standing.by_status if status not in order]
    parts = []
    for status in (*order, *rest):
        names = standing.by_status.get(status, [])
        if names:
            who = "" if status is Status.UP else f" ({_named(names)})"
            parts.append(f"{counted(len(names), status.value, status.value)}{who}")
    return ", ".join(parts) + ("" if standing.total else "; none of them counts")


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(map(repr, names[:_TOLD])) + more


def _facts(standing: Standing, missing: list[str]) -> Mapping[str, Any]:
    counts = {status: len(names) for status, names in standing.by_status.items()}
    shown = (Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN)
    facts = {status.value: counts.get(status, 0) for status in shown}
    facts["unknown"] += len(missing)
    return {**facts, "total": sum(facts.values()), "need": standing.needed}


FACTS = Names(
    (
        Name("up", Type.NUMBER, "how many members are up"),
        Name("degraded", Type.NUMBER, "how many are degraded"),
        Name("down", Type.NUMBER, "how many are down"),
        Name("unknown", Type.NUMBER, "of how many it is not known, or which do not exist"),
        Name("total", Type.NUMBER, "how many count: all but the paused and those in maintenance"),
        Name("need", Type.NUMBER, "how many must be well, or how much they must weigh"),
    )
)

KIND = Kind(
    name=SCHEME,
    schemes=(SCHEME,),
    summary="Say how several tasks stand together.",
    example="group:",
    options=GroupOptions,
    prepare=prepare,
    facts=FACTS,
    within=within,
)
