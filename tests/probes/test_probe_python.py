"""Functions of the operator's own: what they may say, and what is their own fault."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from monitor.core.model import Reason, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from monitor.probes import python as room
from monitor.probes.threads import ThreadFamily
from tests.probes.servers import SHORT_S, look_at, probe_of

Module = Callable[[str], str]

_names = (f"checks_of_test_{number}" for number in itertools.count())


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """Write a module into the working directory and return its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    written = []

    def write(text: str) -> str:
        written.append(next(_names))
        (tmp_path / f"{written[-1]}.py").write_text(text)
        return written[-1]

    yield write
    for name in written:
        sys.modules.pop(name, None)


def function(body: str, head: str = "async def check()") -> str:
    return (
        "from monitor.core.model import *\nfrom monitor.core.probing import *\n"
        f"{head}:\n    {body}\n"
    )


@pytest.mark.parametrize("head", ["async def check()", "def check()"], ids=["async", "in a thread"])
@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ("pass", Status.UP, ":check is content"),
        ("return True", Status.UP, ":check is content"),
        ("return 'queue: 3'", Status.UP, "queue: 3"),
        ("return False", Status.DOWN, ":check returned False"),
        ("assert 1 > 2, 'queue: 99'", Status.DOWN, "queue: 99"),
        ("assert False", Status.DOWN, "an assertion failed"),
        ("raise TargetDown('gone')", Status.DOWN, "gone"),
        ("return Result(status=Status.DEGRADED, detail='slow')", Status.DEGRADED, "slow"),
    ],
    ids=["None", "True", "text", "False", "assert", "bare assert", "TargetDown", "Result"],
)
async def test_a_function_says_how_the_target_is(
    head: str, body: str, status: Status, detail: str, module: Module
) -> None:
    result = await look_at(f"python:{module(function(body, head))}:check")
    assert status == result.status
    assert result.detail.endswith(detail)


async def test_a_failure_in_a_nursery_of_the_function_is_down(module: Module) -> None:
    text = """
import trio
async def fail():
    assert False, "no leader"
async def check():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fail)
        await trio.sleep_forever()
"""
    result = await look_at(f"python:{module(text)}:check")
    assert (Status.DOWN, "no leader", "call") == (result.status, result.detail, result.phase)


async def test_facts_of_a_result_are_kept(module: Module) -> None:
    body = "return Result(status=Status.UP, facts={'depth': 3})"
    assert {"depth": 3} == (await look_at(f"python:{module(function(body))}:check")).facts


async def test_options_are_the_arguments(module: Module) -> None:
    name = module(function("return f'{queue} {limit!r}'", "async def check(queue, limit='9')"))
    assert "mail '9'" == (await look_at(f"python:{name}:check", queue="mail")).detail
    assert "mail '5'" == (await look_at(f"python:{name}:check", queue="mail", limit="5")).detail


@pytest.mark.parametrize("head", ["async def check()", "def check()"], ids=["async", "in a thread"])
async def test_a_bug_of_the_function_is_no_claim_about_the_target(
    head: str, module: Module
) -> None:
    with pytest.raises(ZeroDivisionError):
        await look_at(f"python:{module(function('return 1 / 0', head))}:check")
    with pytest.raises(TypeError, match="check returned a int; return None"):
        await look_at(f"python:{module(function('return 5', head))}:check")
    ours = module(function("raise OwnFault(Reason.NETWORK, 'no way')", head))
    with pytest.raises(OwnFault):
        await look_at(f"python:{ours}:check")


@pytest.mark.parametrize("head", ["async def check()", "def check()"], ids=["async", "in a thread"])
async def test_a_function_cannot_end_the_monitor(head: str, module: Module) -> None:
    with pytest.raises(RuntimeError, match=r"check called sys\.exit\(\)"):
        await look_at(f"python:{module(function('raise SystemExit(0)', head))}:check")


async def test_an_async_function_that_takes_too_long_is_down(module: Module) -> None:
    text = "import trio\nasync def check():\n    await trio.sleep_forever()\n"
    result = await look_at(f"python:{module(text)}:check", SHORT_S)
    assert "no answer within 0.2 s, in phase call" == result.detail


# --- threads ------------------------------------------------------------------------------------

WAITING = """
import threading
over = threading.Event()
def check():
    over.wait()
"""


@pytest.fixture
def stuck(module: Module) -> Iterator[str]:
    """A function that is not async and hangs until the test is over."""
    name = module(WAITING)
    probe_of(f"python:{name}:check", {})
    over: threading.Event = sys.modules[name].over
    yield f"python:{name}:check"
    over.set()


async def test_a_function_in_a_thread_that_takes_too_long_is_down(stuck: str) -> None:
    result = await look_at(stuck, SHORT_S)
    assert (Status.DOWN, "call") == (result.status, result.phase)


async def test_waiting_for_a_thread_in_vain_is_our_own_fault(
    stuck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "THREADS", ThreadFamily("one thread", 1))
    assert Status.DOWN == (await look_at(stuck, 0.05)).status
    with pytest.raises(OwnFault, match="all 1 threads") as caught:
        await look_at(stuck, SHORT_S)
    assert Reason.TASK_ERROR == caught.value.reason


async def test_a_function_that_got_its_thread_late_still_has_its_time(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than it may wait for a thread, that is; the deadline is what counts."""
    monkeypatch.setattr(room, "_WAIT_SHARE", 0.001)
    name = module("import time\ndef check():\n    time.sleep(0.1)\n")
    assert Status.UP == (await look_at(f"python:{name}:check", 20.0)).status


# --- what can never work ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("python:", "names no function"),
        ("python:os", "names no function"),
        ("python:os:", "names no function"),
        ("python:os:path:join", "names no function"),
        ("python:../evil:check", "names no function"),
        ("python:no_such_module:check", "there is no module 'no_such_module'"),
        ("python:os.nothing:check", "there is no module 'os.nothing'"),
        ("python:os:getcwdd", "has no function 'getcwdd', did you mean 'getcwd'"),
        ("python:os:sep", "has no function 'sep'"),
    ],
)
def test_a_wrong_target_is_refused(target: str, message: str, module: Module) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def check(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit('bye')", "called sys.exit()"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
    ids=["syntax", "error", "exit", "import"],
)
def test_a_module_that_cannot_be_imported_says_why(text: str, message: str, module: Module) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(f"python:{module(text)}:check", {})
    assert "target" == caught.value.field
    assert "cannot be imported" in caught.value.message
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("head", "options", "field"),
    [
        ("async def check(queue)", {}, "option queue"),
        ("async def check(queue)", {"queue": "a", "limt": "3"}, "option limt"),
        ("async def check(queue, /)", {"queue": "a"}, "option queue"),
        ("async def check(queue, /)", {}, "target"),
        ("async def check(*, limit)", {"limit": "3"}, None),
        ("async def check(**anything)", {"limit": "3"}, None),
    ],
    ids=["missing", "unknown", "nameless given", "nameless", "by keyword", "anything"],
)
def test_options_must_fit_the_function(
    head: str, options: dict[str, str], field: str | None, module: Module
) -> None:
    target = f"python:{module(function('pass', head))}:check"
    if field is None:
        probe_of(target, options)
        return
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field


async def test_a_look_that_is_cancelled_ends_the_function(module: Module) -> None:
    text = """
import trio
ended = False
async def check():
    global ended
    try:
        await trio.sleep_forever()
    finally:
        ended = True
"""
    name = module(text)
    probe = probe_of(f"python:{name}:check", {})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(probe, Trace())
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert sys.modules[name].ended
