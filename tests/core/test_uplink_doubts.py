"""The whole engine on virtual time: which looks the uplink may have spoiled, and who can say so."""

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import OwnFault
from tests.core.network import BAD, OURS, Network, add, anchor, seen, told
from tests.core.scene import Stage, broken, down, hanging, up


async def test_an_own_fault_while_an_anchor_answers_stays_an_error_of_ours(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", Network(there=False, silent=False).reach)
    anchor(stage, up)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    assert [(Status.UNKNOWN, Reason.NETWORK)] == seen(stage, task)
    assert 1 == stage.watched(task).state.consecutive_errors


@pytest.mark.parametrize(
    "here", ["127.0.0.1:5432", "127.8.0.1", "[::1]:5432", "::1", "/run/server.sock"]
)
async def test_who_is_on_this_machine_needs_no_uplink(
    here: str, stage: Stage, autojump_clock: MockClock
) -> None:
    near = add(stage, "near", down, address=here)
    far = add(stage, "far", down, address="[2001:db8::7]:443")
    anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(10)
    assert ([BAD], [OURS]) == (seen(stage, near), seen(stage, far))


async def test_a_look_that_had_its_answer_is_believed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down, phase=None)
    asked = anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(10)
    assert [BAD] == seen(stage, task)
    assert [] == asked.looked_s


async def test_a_name_that_cannot_be_looked_up_is_asked_about_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def no_name() -> Result:
        await trio.lowlevel.checkpoint()
        return Result(status=Status.DOWN, phase="resolve", detail="the name does not exist")

    task = add(stage, "shop", no_name, address=None)
    anchor(stage, down)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    assert [OURS] == seen(stage, task)


async def test_a_program_that_says_down_is_believed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "load", down, address=None)
    asked = anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    assert [BAD] == seen(stage, task)
    assert [] == asked.looked_s


async def test_an_anchor_that_cannot_be_asked_says_nothing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)

    async def no_descriptors() -> Result:
        await trio.lowlevel.checkpoint()
        raise OwnFault(Reason.DESCRIPTORS, "too many open files")

    async def unknown() -> Result:
        await trio.lowlevel.checkpoint()
        return Result(status=Status.UNKNOWN, detail="the program ended with code 7")

    for name, role in (("broken", broken), ("full", no_descriptors), ("odd", unknown)):
        anchor(stage, role, name)
    async with stage.running(anchors=("broken", "full", "odd")):
        await trio.sleep(1)
    assert [BAD] == seen(stage, task)
    assert ["uplink.unsure"] * 3 == told(stage)
    assert {"broken", "full", "odd"} == {
        line.fields["anchor"] for line in stage.journal.of("uplink.unsure")
    }


async def test_an_anchor_that_is_reached_and_unwell_is_an_answer_all_the_same(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    anchor(stage, down, phase=None)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    assert [BAD] == seen(stage, task)


async def test_a_program_as_anchor_is_silent_when_it_says_down(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    anchor(stage, down, phase=None, address=None)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    assert [OURS] == seen(stage, task)
