"""Letters to subscribers: each told once, by an organ that no subscriber holds up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.alerts.alerting import AlertingChange, Maintenance, Selector
from monitor.core.alerts.notices import NotDelivered
from monitor.core.failures import DatabaseAway
from monitor.core.model import TaskSpec
from monitor.core.statuspage.readers import Letter, LetterState, Subscriber, Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, Post, PostState, Section, StatusPage
from monitor.engine.mailing import AT_ONCE, DEADLINE_S, GATHERED_S, ROUND_S, TO_ONE_HOST, Mailing
from monitor.operations.works import AHEAD, announcements
from monitor.store.memory import MemoryStore
from monitor.store.memory_parts import MemoryReaders
from tests.core.scene import Machine, at

PAGE = StatusPage(
    slug="shop",
    title="Shop",
    sections=(Section(tasks=("shop",), names={"shop": "Storefront"}),),
)
Answer = Callable[[Subscriber, Letter], Awaitable[None]]


async def taken(_who: Subscriber, _letter: Letter) -> None:
    await trio.lowlevel.checkpoint()


@attrs.define(eq=False)
class Mailbag:
    """What was handed over, and how receivers answer."""

    store: MemoryStore
    machine: Machine
    answer: Answer = taken
    got: list[tuple[float, str, str]] = attrs.field(factory=list)
    """When, whose address, and of which key."""

    async def deliver(self, _page: StatusPage, who: Subscriber, letter: Letter) -> None:
        self.got.append((trio.current_time(), who.address, letter.key))
        await self.answer(who, letter)

    def mailing(self) -> Mailing:
        return Mailing(
            store=self.store,
            clock=self.machine.clock(),
            fleet=list,
            deliver=self.deliver,
            announce=announcements,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Mailing]:
        async with trio.open_nursery() as nursery:
            mailing = self.mailing()
            nursery.start_soon(mailing.run)
            yield mailing
            nursery.cancel_scope.cancel()

    async def subscribe(self, *addresses: str, way: Way = Way.MAIL) -> None:
        async with self.store.session("test") as session:
            publishing = session.publishing
            await publishing.change_pages(lambda _: PagesChange(pages=(PAGE,)))
            for number, address in enumerate(addresses):
                asked_at = at(trio.current_time() + number / 1000)
                who = new_subscriber("shop", way, address, "en", asked_at)
                assert await publishing.readers.subscribe(who)
                await publishing.readers.confirm("shop", who.token, asked_at)
            asked = await publishing.readers.due(at(trio.current_time() + 1), 10_000)
            await publishing.readers.settle([letter.sent() for letter, _ in asked])

    async def write(self, own: str = "p") -> None:
        post = Post(
            id=own,
            page="shop",
            story=own,
            at=at(trio.current_time()),
            state=PostState.IDENTIFIED,
            title="t",
            text="t",
        )
        async with self.store.session("test") as session:
            assert await session.publishing.write_post(post)

    def letters(self) -> Sequence[Letter]:
        return [
            one
            for one in self.store.tables.pages.readers.letters.values()
            if one.event != "confirm"
        ]


@pytest.fixture
def post() -> Mailbag:
    machine = Machine()
    return Mailbag(MemoryStore(machine.clock().now), machine)


async def test_each_is_told_once(post: Mailbag, autojump_clock: MockClock) -> None:
    await post.subscribe("a", "b")
    async with post.running() as mailing:
        await trio.sleep(1)
        await post.write()
        await trio.sleep(60)
        assert (["a", "b"], 2) == (sorted(address for _, address, _ in post.got), mailing.sent)
        assert {ROUND_S} == {at_s for at_s, _, _ in post.got}
        await post.write("q")
        await trio.sleep(60)
    assert 4 == len(post.got) == len({key for _, _, key in post.got})
    assert {LetterState.SENT} == {one.state for one in post.letters()}


async def test_who_refuses_is_tried_again_with_the_same_key_and_given_up_after_a_day(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def refuse(who: Subscriber, _letter: Letter) -> None:
        await trio.lowlevel.checkpoint()
        if who.address == "bad":
            raise NotDelivered("no")

    post.answer = refuse
    await post.subscribe("bad", "good")
    await post.write()
    async with post.running():
        await trio.sleep(1.2 * 86400)
    bad = [(at_s, key) for at_s, address, key in post.got if address == "bad"]
    assert [0, 30, 90, 210] == [round(at_s) for at_s, _ in bad[:4]]
    assert (1, True) == (len({key for _, key in bad}), bad[-1][0] <= 86400)
    assert 1 == len([1 for _, address, _ in post.got if address == "good"])
    assert {LetterState.SENT, LetterState.DEAD} == {one.state for one in post.letters()}


async def test_who_hangs_holds_up_others_for_one_deadline_at_most(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def hang(who: Subscriber, _letter: Letter) -> None:
        await trio.sleep(1e9 if who.address.startswith("slow") else 0.1)

    post.answer = hang
    await post.subscribe(*(f"slow {number}" for number in range(AT_ONCE[Way.MAIL])), "quick")
    await post.write()
    async with post.running():
        await trio.sleep(DEADLINE_S + 1)
        [quick_s] = [at_s for at_s, address, _ in post.got if address == "quick"]
        assert DEADLINE_S <= quick_s <= DEADLINE_S + GATHERED_S
        await post.write("q")
        await trio.sleep(3 * DEADLINE_S)
    assert "nobody took it within 20 s" in {one.error for one in post.letters()}


async def test_a_mail_server_that_hangs_holds_up_no_webhook_and_no_other_page(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def hang(who: Subscriber, _letter: Letter) -> None:
        await trio.sleep(1e9 if who.address.startswith("slow") else 0.1)

    post.answer = hang
    await post.subscribe(*(f"slow {number:03}" for number in range(5 * AT_ONCE[Way.MAIL])))
    hook = new_subscriber("shop", Way.WEBHOOK, "hook", "en", at(1))
    async with post.store.session("test") as session:
        await session.publishing.readers.subscribe(hook)
        await session.publishing.readers.confirm("shop", hook.token, at(1))
        [(asked, _)] = await session.publishing.readers.due(at(2), 10)
        await session.publishing.readers.settle([asked.sent()])
    await post.write()
    async with post.running():
        await trio.sleep(1)
    assert [0.0] == [at_s for at_s, address, _ in post.got if address == "hook"]
    assert AT_ONCE[Way.MAIL] + 1 == len(post.got)


async def test_a_host_of_webhooks_that_hangs_holds_up_no_other_host(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    """However many subscribe with it: whoever may read a page may subscribe hundreds."""

    async def hang(who: Subscriber, _letter: Letter) -> None:
        await trio.sleep(1e9 if "slow" in who.address.lower() else 0.1)

    post.answer = hang
    hooks = [f"https://{'Slow' if one % 2 else 'slow'}.example/{one}" for one in range(399)]
    await post.subscribe(*hooks[:200], way=Way.WEBHOOK)
    await trio.sleep(2 * 3600)
    await post.subscribe(*hooks[200:], "https://quick.example/a", way=Way.WEBHOOK)
    began_s = trio.current_time()
    await post.write()
    async with post.running():
        await trio.sleep(1)
        quick = [at_s for at_s, address, _ in post.got if "quick" in address]
        assert [began_s] == quick
        assert TO_ONE_HOST + 1 == len(post.got)
        await trio.sleep(10 * DEADLINE_S)
        assert 8 * TO_ONE_HOST <= len(post.got) - 1 <= 11 * TO_ONE_HOST


async def test_not_more_than_so_many_webhooks_of_a_page_are_under_way_to_all_hosts(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def hang(_who: Subscriber, _letter: Letter) -> None:
        await trio.sleep_forever()

    post.answer = hang
    await post.subscribe(*(f"https://h{one}.example/" for one in range(150)), way=Way.WEBHOOK)
    await post.write()
    async with post.running():
        await trio.sleep(1)
    assert AT_ONCE[Way.WEBHOOK] == len(post.got)


async def test_a_letter_that_is_taken_while_the_database_is_asked_is_not_sent_again(
    post: Mailbag, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(MemoryReaders):
        async def due(self, *asked: Any) -> list[tuple[Letter, Subscriber]]:
            found = await super().due(*asked)
            await trio.sleep(0.5)
            return found

    async def take(_who: Subscriber, _letter: Letter) -> None:
        await trio.sleep(0.2)

    await post.subscribe("a", "b")
    await post.write()
    monkeypatch.setattr("monitor.store.memory_parts.MemoryReaders", Slow)
    post.answer = take
    async with post.running():
        await trio.sleep(60)
    assert ["a", "b"] == sorted(address for _, address, _ in post.got)


async def test_our_own_fault_in_one_letter_is_its_own_matter(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def fail(who: Subscriber, _letter: Letter) -> None:
        await trio.lowlevel.checkpoint()
        if who.address == "odd":
            raise RuntimeError("a bug of ours")

    post.answer = fail
    await post.subscribe("odd", "good")
    await post.write()
    async with post.running() as mailing:
        await trio.sleep(1)
        assert 1 == mailing.sent
    assert ["", "a bug of ours"] == sorted(one.error.rpartition(": ")[2] for one in post.letters())


async def test_what_was_taken_while_the_database_went_away_is_not_sent_again(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    def away() -> None:
        raise DatabaseAway("away")

    async def lose(_who: Subscriber, _letter: Letter) -> None:
        await trio.lowlevel.checkpoint()
        post.store.before_unit = away

    await post.subscribe("a")
    await post.write()
    post.answer = lose
    async with post.running():
        await trio.sleep(60)
        assert (1, LetterState.WAITING) == (len(post.got), post.letters()[0].state)
        post.store.before_unit = lambda: None
        post.answer = taken
        await trio.sleep(60)
    assert (1, LetterState.SENT) == (len(post.got), post.letters()[0].state)


async def test_a_process_that_is_killed_leaves_what_was_not_told_to_the_next(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def hang(_who: Subscriber, _letter: Letter) -> None:
        await trio.sleep_forever()

    await post.subscribe("a")
    await post.write()
    post.answer = hang
    async with post.running():
        await trio.sleep(1)
    post.answer = taken
    async with post.running():
        await trio.sleep(1)
    assert 1 == len({key for _, _, key in post.got})
    assert (2, LetterState.SENT) == (len(post.got), post.letters()[0].state)


async def test_who_leaves_while_letters_are_under_way_writes_down_what_was_taken(
    post: Mailbag, autojump_clock: MockClock
) -> None:
    async def halve(who: Subscriber, _letter: Letter) -> None:
        await trio.sleep(1e9 if who.address == "slow" else 0.1)

    await post.subscribe("slow", "quick")
    await post.write()
    post.answer = halve
    async with post.running():
        await trio.sleep(1)
    states = {one.key.rpartition("-")[0]: one.state for one in post.letters()}
    assert sorted([LetterState.SENT, LetterState.WAITING]) == sorted(states.values())


def test_work_is_announced_a_week_before_and_once_for_each_time() -> None:
    async def main() -> None:
        machine = Machine()
        store = MemoryStore(machine.clock().now)
        post = Mailbag(store, machine)
        await post.subscribe("a")
        async with store.session("test") as session:
            offering = attrs.evolve(PAGE, webhooks=True)
            await session.publishing.change_pages(lambda _: PagesChange(pages=(offering,)))
            await session.add(
                [TaskSpec(name="shop", target="x"), TaskSpec(name="b", target="y")], at(0)
            )
            begins = at(0) + AHEAD
            works = tuple(
                Maintenance(
                    name=name,
                    selector=Selector(tasks=(task,)),
                    rule={
                        "from": begins.isoformat(),
                        "until": begins.replace(hour=9).isoformat(),
                    },
                    note="secret",
                )
                for name, task in (("Upgrade", "shop"), ("Other", "b"))
            )
            await session.change_alerting(AlertingChange(maintenances=works))
            mailing, fleet = post.mailing(), await session.fleet()
            mailing.fleet = lambda: fleet
            for early in (True, False, False):
                machine.stepped_s = -10 if early else 10
                mailing._announced_s = float("-inf")
                await mailing._announce_all(session)
                assert (0 if early else 1) == len(post.letters())
        [letter] = post.letters()
        assert ("maintenance.planned", "Upgrade", ["Storefront"]) == (
            letter.event,
            letter.about["title"],
            letter.about["components"],
        )
        assert "secret" not in str(letter)

    trio.run(main, clock=MockClock())
