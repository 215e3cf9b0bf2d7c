"""Call a function of the operator's own: `python:module:function`.

The task's options are its keyword arguments. The function may be async, or not: then it runs in
a thread. It says

* UP by returning None, True, or a text that becomes the detail;
* DOWN by returning False, by a failed `assert`, or by raising `monitor.core.probing.TargetDown`;
* anything else by returning a `monitor.core.model.Result`.

Every other error is a bug of the function, never a claim about the target. Phase: `call`.
"""

import importlib
import inspect
import math
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import trio

from monitor.core.describe import describe
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.explain import causes
from monitor.probes.foreign import contained
from monitor.probes.kind import Kind
from monitor.probes.options import did_you_mean, unknown_option
from monitor.probes.target import rest_of
from monitor.probes.threads import ThreadFamily, part_of_time_left

THREADS = ThreadFamily("python checks", 40)
"""Threads for functions that are not async."""

_WAIT_SHARE = 0.5
"""The part of the time left that a function may wait for a thread; then the fault is ours."""


def prepare(target: str, options: Mapping[str, Any]) -> Probe:
    """Import the function, and make a probe that calls it.

    The working directory is importable, after everything that is installed.

    Raises:
        InvalidTask: there is no such function, or it does not take these options.
    """
    name = rest_of(target)
    function = _find(name)
    _check_arguments(name, function, options)
    call = partial(function, **options)
    is_async = inspect.iscoroutinefunction(function)

    async def look(trace: Trace) -> Result:
        failed: list[BaseException] = []
        with trace.enter("call"):
            try:
                with contained(name):
                    answer = await (call() if is_async else _in_thread(call))
            except* (AssertionError, TargetDown) as group:
                failed.append(group)
            if failed:
                raise TargetDown(_message(failed[0])) from failed[0]
        return _result(name, answer, trace)

    return look


def _result(name: str, answer: Any, trace: Trace) -> Result:
    match answer:
        case Result():
            trace.facts |= answer.facts
            return answer
        case str():
            return Result(status=Status.UP, detail=answer)
        case None | True:
            return Result(status=Status.UP, detail=f"{name} is content")
        case False:
            raise TargetDown(f"{name} returned False")
    raise TypeError(
        f"{name} returned a {type(answer).__name__}; return None, True, False, a text or a Result"
    )


def _message(group: BaseException) -> str:
    """Return what the first failed assertion in a group says."""
    for error in causes(group):
        if isinstance(error, AssertionError | TargetDown):
            return str(error) or "an assertion failed"
    raise AssertionError("unreachable")


async def _in_thread(call: Callable[[], Any]) -> Any:
    with trio.move_on_at(part_of_time_left(_WAIT_SHARE)) as patience:

        def begin() -> Any:
            # The waiting is over; how long the function itself may take is the deadline's affair.
            trio.from_thread.run_sync(setattr, patience, "deadline", math.inf)
            return call()

        return await trio.to_thread.run_sync(
            begin, abandon_on_cancel=True, limiter=THREADS.limiter()
        )
    raise OwnFault(
        Reason.TASK_ERROR,
        f"all {THREADS.total} threads for functions that are not async were busy",
    )


def _find(name: str) -> Callable[..., Any]:
    module_name, _colon, attribute = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), attribute]):
        raise InvalidTask(
            "target", f"names no function: {name!r}; write python:package.module:function"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    importlib.invalidate_caches()
    try:
        with contained(f"module {module_name}"):
            module = importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and _is_part(error.name, module_name):
            raise InvalidTask(
                "target", f"there is no module {module_name!r}, neither installed nor in {here}"
            ) from None
        raise InvalidTask(
            "target", f"module {module_name!r} cannot be imported: {describe(error)}"
        ) from error
    function = getattr(module, attribute, None)
    if not callable(function):
        guess = did_you_mean(attribute, [known for known in dir(module) if known[0] != "_"])
        raise InvalidTask("target", f"module {module_name!r} has no function {attribute!r}{guess}")
    found: Callable[..., Any] = function
    return found


def _is_part(missing: str | None, name: str) -> bool:
    """Say whether the missing module is the wanted one, or a package around it."""
    return missing is not None and f"{name}.".startswith(f"{missing}.")


def _check_arguments(name: str, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return  # some functions written in C cannot say
    named = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    for option in options:
        if option not in named and not takes_any:
            raise unknown_option(option, named)
    for parameter in parameters:
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.default is parameter.empty:
            raise InvalidTask("target", f"{name} wants an argument without a name")
        missing = parameter.name in named and parameter.name not in options
        if missing and parameter.default is parameter.empty:
            raise InvalidTask(f"option {parameter.name}", f"is missing; {name} wants it")


KIND = Kind(
    name="python",
    schemes=("python",),
    summary="Call a function of your own.",
    example="python:checks:queue_is_short",
    options=dict,
    prepare=prepare,
)
