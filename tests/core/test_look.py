"""One look under one deadline; and whatever an error is, it can be said in one line."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from monitor.core.describe import describe, shorten
from monitor.core.model import DETAIL_LIMIT, Reason, Result, Status
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.engine.look import look


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even that")


class NotText(Exception):
    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


errors = st.recursive(
    st.builds(RuntimeError, st.text())
    | st.builds(OSError, st.integers(), st.text())
    | st.builds(
        UnicodeDecodeError, st.just("utf-8"), st.binary(), st.just(0), st.just(1), st.text()
    )
    | st.builds(KeyError, st.binary())
    | st.sampled_from([Unprintable(), NotText(), TimeoutError(), SystemExit(3), AssertionError()]),
    lambda inner: st.builds(BaseExceptionGroup, st.text(), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)


async def test_waiting_for_our_own_database_for_too_long_says_nothing_of_the_target(
    autojump_clock: MockClock,
) -> None:
    async def probe(trace: Trace) -> Result:
        with trace.enter("connect"):
            await trio.sleep(1)
        with trace.enter("pings", ours=True):
            await trio.sleep_forever()
        raise AssertionError("unreachable")

    with pytest.raises(OwnFault, match="our own database did not answer within 10 s") as caught:
        await look(probe, 10)
    assert (Reason.DATABASE, 10.0) == (caught.value.reason, trio.current_time())


@given(errors)
def test_describing_an_error_never_raises_and_is_one_line_that_is_never_empty(
    error: BaseException,
) -> None:
    said = describe(error)
    assert 1 == len(said.splitlines())
    assert said == said.strip()
    assert 500 >= len(said.encode())


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("ValueError: no such host", ValueError("no such\n  host")),
        ("TimeoutError: <no message>", TimeoutError()),
        ("Unprintable: <message cannot be printed>", Unprintable()),
        ("NotText: <message cannot be printed>", NotText()),
        ("KeyError: 'a'", ExceptionGroup("two", [KeyError("a"), ValueError("b")])),
        ("ValueError: deep", ExceptionGroup("x", [ExceptionGroup("y", [ValueError("deep")])])),
        ("ValueError: ?", ValueError("\ud800")),
    ],
)
def test_an_error_is_told_by_its_kind_and_message(said: str, error: BaseException) -> None:
    assert said == describe(error)


@given(st.text(), st.integers(3, 200))
def test_a_shortened_text_fits_and_can_be_stored(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert limit >= len(short.encode())
    assert "\x00" not in short
    if len(text.replace("\x00", "\ufffd").encode()) <= limit:
        assert text.replace("\x00", "\ufffd") == short
    else:
        assert short.endswith("\u2026")


@given(st.text(alphabet="a\ud800\udfff\x00€😀", max_size=600))
def test_a_text_no_database_takes_is_shortened_to_one_it_does(text: str) -> None:
    short = shorten(text)
    assert short.encode().decode() == short
    assert DETAIL_LIMIT >= len(short.encode())


async def test_a_look_names_the_phase_it_died_in(autojump_clock: MockClock) -> None:
    async def probe(trace: Trace) -> Result:
        with trace.enter("resolve"):
            await trio.sleep(1)
        with trace.enter("connect"):
            await trio.sleep_forever()
        raise AssertionError("unreachable")

    result = await look(probe, 10.0)
    assert (Status.DOWN, "connect", 10.0) == (result.status, result.phase, result.duration_s)
    assert "no answer within 10 s, in phase connect" == result.detail
    assert ["resolve", "connect"] == list(result.timings)


async def test_the_deadline_covers_everything_also_what_a_probe_catches(
    autojump_clock: MockClock,
) -> None:
    async def probe(_trace: Trace) -> Result:
        try:
            await trio.sleep_forever()
        finally:
            with trio.move_on_after(1.0, shield=True):
                await trio.sleep_forever()
        raise AssertionError("unreachable")

    result = await look(probe, 10.0)
    assert (Status.DOWN, "check", 11.0) == (result.status, result.phase, result.duration_s)


async def test_a_target_that_fails_is_a_result(autojump_clock: MockClock) -> None:
    async def probe(trace: Trace) -> Result:
        with trace.enter("tls"):
            await trio.sleep(0.5)
            raise TargetDown("certificate expired\x00")

    result = await look(probe, 10.0)
    assert (Status.DOWN, "tls", 0.5) == (result.status, result.phase, result.duration_s)
    assert "certificate expired\ufffd" == result.detail


async def test_a_good_look_carries_what_the_trace_saw(autojump_clock: MockClock) -> None:
    async def probe(trace: Trace) -> Result:
        with trace.enter("connect"):
            await trio.sleep(0.25)
        trace.address = "192.0.2.7"
        trace.facts["status"] = 200
        return Result(status=Status.UP, detail="x" * 2000)

    result = await look(probe, 10.0)
    assert (Status.UP, None, 0.25) == (result.status, result.phase, result.duration_s)
    assert ("192.0.2.7", {"status": 200}) == (result.address, result.facts)
    assert DETAIL_LIMIT == len(result.detail.encode())


@pytest.mark.parametrize(
    "error", [OwnFault(Reason.RESOLVER, "no resolver"), KeyError("bug")], ids=["own fault", "bug"]
)
async def test_what_is_wrong_with_us_is_raised(error: Exception, autojump_clock: MockClock) -> None:
    async def probe(_trace: Trace) -> Result:
        await trio.lowlevel.checkpoint()
        raise error

    with pytest.raises(type(error)) as raised:
        await look(probe, 10.0)
    assert error is raised.value


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        (Reason.PROBE_UNKNOWN, Result(status=Status.UNKNOWN)),
        (Reason.NETWORK, Result(status=Status.UNKNOWN, reason=Reason.NETWORK)),
        (None, Result(status=Status.UP, reason=Reason.NETWORK)),
    ],
)
async def test_a_reason_belongs_to_unknown_and_to_nothing_else(
    reason: Reason | None, answer: Result, autojump_clock: MockClock
) -> None:
    async def probe(_trace: Trace) -> Result:
        await trio.lowlevel.checkpoint()
        return answer

    assert reason is (await look(probe, 10.0)).reason


SEEN = {"up", "degraded", "down", "unknown", "pending"}


@pytest.mark.parametrize("status", sorted(set(Status) - SEEN))
async def test_what_nobody_can_see_is_an_error_of_the_probe(
    status: Status, autojump_clock: MockClock
) -> None:
    async def probe(_trace: Trace) -> Result:
        await trio.lowlevel.checkpoint()
        return Result(status=status)

    with pytest.raises(ValueError, match=f"answered .*{status.value}"):
        await look(probe, 10.0)


async def test_a_cancelled_look_is_no_result(autojump_clock: MockClock) -> None:
    async def probe(_trace: Trace) -> Result:
        await trio.sleep_forever()
        raise AssertionError("unreachable")

    with trio.move_on_after(3.0) as scope:
        await look(probe, 10.0)
    assert scope.cancelled_caught
    assert 3.0 == trio.current_time()


def test_a_phase_entered_again_adds_to_its_time() -> None:
    ticks = iter([0.0, 1.0, 1.0, 10.0, 12.5, 12.5])
    trace = Trace(clock=lambda: next(ticks))
    with trace.enter("connect"):
        pass
    assert trace.phase is None
    with pytest.raises(TargetDown), trace.enter("connect"):
        raise TargetDown("refused")
    assert "connect" == trace.phase
    assert {"connect": 3.5} == trace.timings
