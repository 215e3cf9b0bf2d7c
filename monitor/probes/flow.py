"""Several looks in a row, as a visitor makes them: `flow:`, with the steps as an option.

Each step is a look of any kind with conditions of its own. What one step finds can be captured and
stands in later ones as `{{name}}`. When a step fails, those after it are left out, but for those
with `always_run`, which tidy up. Phases are the names of the steps.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import attrs
import trio
from msgspec import Meta

from monitor import probes
from monitor.assertions import ConditionError, Name, Names, Type
from monitor.assertions.capture import Capture, NotCaptured, parse_capture
from monitor.assertions.values import Seconds as Took
from monitor.core.counting import counted
from monitor.core.model import Result, Status, TaskSpec
from monitor.core.probing import InvalidTask, Prepared, Probe, TargetDown, Trace
from monitor.engine.look import look
from monitor.probes.conditions import names_of
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds
from monitor.probes.target import rest_of, scheme_of

MOST_STEPS = 50
_PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_THIS_MACHINE = {"exec", "python"}
"""Kinds whose steps take nothing that a target said: it would reach a command line."""


@attrs.frozen(kw_only=True)
class Step:
    """One look of a flow."""

    target: Annotated[str, Meta(description="what to look at")]
    name: Annotated[str, Meta(description="what the step is called; step 1, if not given")] = ""
    options: Annotated[dict[str, Any], Meta(description="options of this kind of look")] = (
        attrs.field(factory=dict)
    )
    expect: Annotated[tuple[str, ...], Meta(description="conditions for up")] = ()
    degraded: Annotated[tuple[str, ...], Meta(description="conditions for not degraded")] = ()
    invert: Annotated[bool, Meta(description="it is good news when it is down")] = False
    capture: Annotated[
        dict[str, str], Meta(description="names for later steps, and what to take for them")
    ] = attrs.field(factory=dict)
    timeout: Annotated[
        Seconds | None, Meta(description="how long it may take; if not given, what time is left")
    ] = None
    always_run: Annotated[bool, Meta(description="do it also when a step before it failed")] = False


@attrs.frozen(kw_only=True)
class FlowOptions:
    """What to do, in this order."""

    steps: Annotated[list[Step], Meta(description="the looks, in their order")] = attrs.field(
        factory=list
    )


@attrs.frozen
class _Ready:
    """A step made ready."""

    name: str
    step: Step
    captures: Mapping[str, Capture]
    prepared: Prepared | None
    """None if it has places to be filled: then it is made ready when they are."""

    def fill(self, values: Mapping[str, str]) -> Prepared:
        """Return the step with its places filled.

        Raises:
            TargetDown: what a target said makes no valid step.
        """
        if self.prepared is not None:
            return self.prepared
        try:
            return probes.prepare(_spec(self.name, _filled_step(self.step, values)))
        except InvalidTask as error:
            raise TargetDown(f"what was captured makes no valid step: {error}") from error


def prepare(target: str, options: FlowOptions) -> Probe:
    """Make a probe that takes all steps under one deadline.

    Raises:
        InvalidTask: naming the step and what is wrong with it.
    """
    if rest_of(target) not in ("", "//"):
        raise InvalidTask("target", "has more than flow:; the looks stand in the option steps")
    if not 1 <= len(options.steps) <= MOST_STEPS:
        raise InvalidTask(
            "option steps", f"has {len(options.steps)} steps; write 1 to {MOST_STEPS}"
        )
    steps = _ready(options.steps)
    return partial(_look, steps)


def _ready(steps: Sequence[Step]) -> list[_Ready]:
    found: list[_Ready] = []
    known: set[str] = set()
    for number, step in enumerate(steps, 1):
        where = f"option steps[{number}]"
        name = step.name or f"step {number}"
        if name in {one.name for one in found}:
            raise InvalidTask(f"{where}.name", f"{name!r} is taken by a step before it")
        wanted = _places([step.target, step.options])
        if missing := sorted(wanted - known):
            raise InvalidTask(where, f"{{{{{missing[0]}}}}} is captured by no step before it")
        if wanted and scheme_of(step.target) in _OF_THIS_MACHINE:
            raise InvalidTask(where, "what a target said may not reach a command of this machine")
        captures = _captures(step, f"{where}.capture")
        known |= captures.keys()
        prepared = None
        if not wanted:
            try:
                prepared = probes.prepare(_spec(name, step))
            except InvalidTask as error:
                field = error.field.replace("option ", "options.")
                raise InvalidTask(
                    f"{where}.{field}", error.message, error.place, error.index
                ) from error
        found.append(_Ready(name, step, captures, prepared))
    return found


def _captures(step: Step, where: str) -> dict[str, Capture]:
    names = names_of(probes.find_kind(step.target)) if step.capture else Names(())
    found = {}
    for name, text in step.capture.items():
        if not _NAME.fullmatch(name):
            raise InvalidTask(f"{where}.{name}", "is no name; use letters, digits and _")
        try:
            found[name] = parse_capture(text, names)
        except ConditionError as error:
            raise InvalidTask(f"{where}.{name}", error.sentence, error.caret) from None
    return found


def _spec(name: str, step: Step) -> TaskSpec:
    return TaskSpec(
        name=name,
        target=step.target,
        options=step.options,
        expect=step.expect,
        degraded=step.degraded,
        invert=step.invert,
    )


# --- places ---------------------------------------------------------------------------------------


def _places(value: Any) -> set[str]:
    """Return the names that stand as `{{name}}` in a value."""
    if isinstance(value, str):
        return set(_PLACE.findall(value))
    if isinstance(value, Mapping):
        return set[str]().union(*map(_places, value.values()))
    if isinstance(value, list | tuple):
        return set[str]().union(*map(_places, value))
    return set()


def _filled_step(step: Step, values: Mapping[str, str]) -> Step:
    """Fill the places of a step; in a target what is filled in is percent-encoded.

    Unless the target begins with it: then it is an address.
    """

    def encoded(found: re.Match[str]) -> str:
        value = values[found[1]]
        return value if found.start() == 0 else quote(value, safe="")

    target = _PLACE.sub(encoded, step.target)
    return attrs.evolve(step, target=target, options=_filled(step.options, values))


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACE.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, values) for inner in value]
    return value


# --- looking --------------------------------------------------------------------------------------


async def _look(steps: Sequence[_Ready], trace: Trace) -> Result:
    """Take the steps; the first that is not well decides, whatever tidying up says."""
    told: dict[str, dict[str, Any]] = {}
    trace.facts["steps"] = told
    values: dict[str, str] = {}
    decided: Result | None = None
    degraded: Result | None = None
    broken: Exception | None = None
    for number, ready in enumerate(steps, 1):
        if (decided or broken) and not ready.step.always_run:
            told[ready.name] = {"status": "left out"}
            continue
        try:
            with trace.enter(ready.name):
                result = await _take(ready, values)
        except Exception as error:  # noqa: BLE001 (raised again when all has been tidied up)
            told[ready.name] = {"status": "unknown", "detail": str(error)}
            broken = broken or error
            continue
        told[ready.name] = {
            "status": result.status.value,
            "latency": Took(result.duration_s),
            "detail": result.detail,
        }
        if result.status is not Status.UP:
            result = attrs.evolve(
                result, detail=_said(number, steps, result), phase=ready.name, facts={}
            )
        if result.status is Status.DEGRADED:
            degraded = degraded or result
        elif result.status is not Status.UP:
            decided = decided or result
    if broken is not None and decided is None:
        raise broken
    well = Result(status=Status.UP, detail=f"{counted(len(steps), 'step is', 'steps are')} well")
    return decided or (attrs.evolve(degraded, phase=None) if degraded else well)


async def _take(ready: _Ready, values: dict[str, str]) -> Result:
    """Take one step, and what later ones want of it."""
    try:
        prepared = ready.fill(values)
    except TargetDown as error:
        return Result(status=Status.DOWN, detail=str(error))
    left_s = trio.current_effective_deadline() - trio.current_time()
    allowed_s = min(left_s, ready.step.timeout or float("inf"))
    result = prepared.rule(await look(prepared.probe, allowed_s))
    if result.status in (Status.UP, Status.DEGRADED):
        for name, capture in ready.captures.items():
            try:
                values[name] = capture.of(result.facts)
            except NotCaptured as error:
                return attrs.evolve(result, status=Status.DOWN, detail=f"{name}: {error}")
    return result


def _said(number: int, steps: Sequence[_Ready], result: Result) -> str:
    where = f"step {number} of {len(steps)}"
    name = steps[number - 1].name
    named = "" if name == f"step {number}" else f" ({name})"
    return f"{where}{named}: {result.detail}"


FACTS = Names(
    (
        Name("steps.*.latency", Type.DURATION, "how long a step took", also=("step",)),
        Name("steps.*.status", Type.TEXT, '`"up"`, `"degraded"`, `"down"` or `"left out"`'),
        Name("steps.*.detail", Type.TEXT, "what was said of a step"),
    )
)

KIND = Kind(
    name="flow",
    schemes=("flow",),
    summary="Take several looks in a row; later ones may use what earlier ones found.",
    example="flow:",
    options=FlowOptions,
    prepare=prepare,
    facts=FACTS,
)
