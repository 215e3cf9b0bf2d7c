"""Every store: subscribers of status pages, and letters that are written once."""

from datetime import timedelta
from typing import Any

import attrs
import trio

from monitor.core.ports import Store
from monitor.core.statuspage.readers import (
    ASKED_AGAIN,
    FORGOTTEN,
    GIVEN_UP,
    KEPT,
    PENDING,
    Lane,
    Letter,
    LetterState,
    Subscriber,
    Way,
    new_subscriber,
    of_work,
)
from monitor.core.statuspage.values import PagesChange, Post, PostState, StatusPage
from tests.store.scene import ODD_TEXT, at

SHOP, OTHER = StatusPage(slug="shop", title="Shop"), StatusPage(slug="other", title="Other")


def pages(*wanted: StatusPage, drop: tuple[str, ...] = ()) -> Any:
    return lambda _known: PagesChange(pages=wanted, drop=drop)


def somebody(address: str = "a@example.com", at_s: float = 0, page: str = "shop") -> Subscriber:
    way = Way.WEBHOOK if address.startswith("https") else Way.MAIL
    return new_subscriber(page, way, address, "ru", at(at_s))


def post(own: str, story: str, state: PostState, at_s: float) -> Post:
    return Post(
        id=own, page="shop", story=story, at=at(at_s), state=state, title=ODD_TEXT, text=ODD_TEXT
    )


WORK = of_work("upgrade", at(9000), at(9900), ["Shop"])


async def test_who_subscribes_is_asked_first_and_told_afterwards(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        one, hook = somebody(), somebody("https://hook.example/x", 1)
        assert not await readers.subscribe(one)
        await publishing.change_pages(pages(SHOP, OTHER))
        assert await readers.subscribe(one)
        assert await readers.subscribe(hook)
        assert [one, hook] == await readers.all("shop")
        assert [] == await readers.all("other")
        asked = await readers.due(at(1), 10)
        assert [("confirm", one), ("confirm", hook)] == [(each.event, who) for each, who in asked]
        assert 0 == await readers.tell("shop", WORK, at(2))
        assert None is await readers.confirm("other", one.token, at(3))
        assert None is await readers.confirm("shop", "nobody's", at(3))
        confirmed = await readers.confirm("shop", one.token, at(3))
        assert attrs.evolve(one, confirmed_at=at(3)) == confirmed
        assert confirmed == await readers.confirm("shop", one.token, at(4))
        assert confirmed == await readers.find("shop", one.token)
        assert (1, 0) == (
            await readers.tell("shop", WORK, at(5)),
            await readers.tell("shop", WORK, at(6)),
        )


async def test_a_post_and_its_letters_are_written_together(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        await publishing.change_pages(pages(SHOP))
        one, two = somebody(), somebody("b@example.com", 1)
        for who in (one, two):
            await readers.subscribe(who)
            await readers.confirm("shop", who.token, at(2))
        await readers.settle([each.sent() for each, _who in await readers.due(at(2), 10)])
        states = (PostState.INVESTIGATING, PostState.IDENTIFIED, PostState.RESOLVED)
        for number, state in enumerate(states):
            await publishing.write_post(post(f"p{number}", "p0", state, 3 + number))
        found = await readers.due(at(10), 10)
        assert ["incident.posted", "incident.updated", "incident.resolved"] == [
            each.event for each, who in found if who.id == one.id
        ]
        letter = found[0][0]
        assert (f"{one.id}-p0", ODD_TEXT, "p0", 0) == (
            letter.key,
            letter.about["text"],
            letter.about["incident"],
            letter.attempts,
        )
        assert 2 == len(await readers.due(at(10), 2))
        busy = {who.lane for _each, who in await readers.due(at(10), 10)}
        assert [] == await readers.due(at(10), 10, busy)
        others = [Lane("other", Way.MAIL), Lane("shop", Way.WEBHOOK)]
        assert 2 == len(await readers.due(at(10), 2, others))


async def test_letters_to_a_busy_receiver_of_webhooks_are_left_out_however_it_was_typed(
    store: Store,
) -> None:
    typed = ("https://Hook.example/a", "https://hook.example?b", "https://HOOK.example")
    others = ("https://hook.example.org/", "https://hook.example:8443/", "https://h%_k.example/")
    async with store.session("test") as session:
        readers = session.publishing.readers
        await session.publishing.change_pages(pages(SHOP))
        for number, address in enumerate((*typed, *others, "a@hook.example")):
            await readers.subscribe(somebody(address, number))
        lane = somebody(typed[0]).lane
        assert {lane} == {somebody(one).lane for one in typed}
        assert lane not in {somebody(one).lane for one in others}
        left = [who.address for _each, who in await readers.due(at(10), 10, [lane])]
        assert [*others, "a@hook.example"] == left
        odd = somebody(others[2]).lane
        assert others[2] not in [w.address for _, w in await readers.due(at(10), 10, [odd])]
        assert 6 == len(await readers.due(at(10), 10, [odd]))
        assert 1 == len(await readers.due(at(10), 10, [lane.whole]))


async def test_what_nobody_took_waits_and_what_was_taken_is_over(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        await publishing.change_pages(pages(SHOP))
        await readers.subscribe(somebody())
        await readers.subscribe(somebody("b@example.com", 1))
        [(first, _), (second, _)] = await readers.due(at(1), 10)
        await readers.settle([first.failed(ODD_TEXT, at(1)), second])
        assert [second.key] == [each.key for each, _ in await readers.due(at(30), 10)]
        [(_, _), (again, _)] = await readers.due(at(31), 10)
        assert (first.key, 1, ODD_TEXT) == (again.key, again.attempts, again.error)
        await readers.settle([again.sent(), second.failed("no", at(31), permanent=True)])
        assert [] == await readers.due(at(99999), 10)


async def test_nobody_is_asked_twice_within_an_hour_nor_after_he_confirmed(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        await publishing.change_pages(pages(SHOP))
        one, hour_s = somebody(), ASKED_AGAIN.total_seconds()

        async def letters_after(at_s: float) -> int:
            assert await readers.subscribe(somebody(at_s=at_s))
            return len(await readers.due(at(at_s), 10))

        await readers.subscribe(one)
        assert [1, 2] == [await letters_after(hour_s - 1), await letters_after(hour_s)]
        [known] = await readers.all("shop")
        assert (one.token, at(hour_s)) == (known.token, known.asked_at)
        await readers.confirm("shop", one.token, at(hour_s))
        assert 2 == await letters_after(9 * hour_s)


async def test_an_attack_is_turned_away_until_its_hour_is_over(store: Store) -> None:
    async with store.session("test") as session:
        await session.publishing.change_pages(pages(SHOP, OTHER))
        readers = session.publishing.readers
        for number in range(PENDING):
            assert await readers.subscribe(somebody(f"a{number}@example.com", number / 100))
        assert not await readers.subscribe(somebody("more@example.com", 60))
        assert not await readers.subscribe(somebody("a0@example.com", 60))
        assert await readers.subscribe(somebody("more@example.com", 60, "other"))
        assert await readers.subscribe(somebody("more@example.com", 3700))


async def test_two_who_subscribe_one_address_at_once_are_one(store: Store) -> None:
    async with store.session("test") as session:
        await session.publishing.change_pages(pages(SHOP))

    async def subscribe(number: int) -> None:
        async with store.session(f"web {number}") as session:
            assert await session.publishing.readers.subscribe(somebody())

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(subscribe, number)
    async with store.session("test") as session:
        readers = session.publishing.readers
        assert [1, 1] == [len(await readers.all("shop")), len(await readers.due(at(1), 10))]


async def test_who_leaves_takes_his_letters_along(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        await publishing.change_pages(pages(SHOP, OTHER))
        one, two, three = somebody(), somebody("b@x.example", 1), somebody(page="other", at_s=2)
        for who in (one, two, three):
            await readers.subscribe(who)
        [(letter, _), *_] = await readers.due(at(5), 10)
        await readers.drop("other", [one.id])
        assert 3 == len(await readers.due(at(5), 10))
        await readers.drop("shop", [one.id])
        await readers.settle([letter])
        assert [two.id, three.id] == [who.id for _, who in await readers.due(at(5), 10)]
        await publishing.change_pages(pages(drop=("shop",)))
        await publishing.change_pages(pages(SHOP))
        assert [[], [three]] == [await readers.all("shop"), await readers.all("other")]
        assert [three.id] == [who.id for _, who in await readers.due(at(5), 10)]


async def test_who_never_confirmed_and_old_letters_are_forgotten(store: Store) -> None:
    async with store.session("test") as session:
        publishing, readers = session.publishing, session.publishing.readers
        await publishing.change_pages(pages(SHOP))
        one, two = somebody(), somebody("b@example.com", 1)
        for who in (one, two):
            await readers.subscribe(who)
        await readers.confirm("shop", one.token, at(2))
        await readers.tell("shop", WORK, at(2))
        await readers.forget(two.asked_at + FORGOTTEN)
        assert 2 == len(await readers.all("shop"))
        await readers.forget(two.asked_at + FORGOTTEN + timedelta(seconds=1))
        assert [one.id] == [who.id for who in await readers.all("shop")]
        assert [one.id] * 2 == [who.id for _, who in await readers.due(at(9), 10)]
        assert 0 == await readers.tell("shop", WORK, at(3))
        await readers.forget(at(3) + KEPT)
        assert [] == await readers.due(at(9), 10)


def test_a_letter_is_tried_less_and_less_often_and_given_up_after_a_day() -> None:
    letter = Letter(key="k", page="p", subscriber="s", event="x", made_at=at(0), next_at=at(0))
    waits, now = [], at(0)
    while letter.state is LetterState.WAITING:
        letter = letter.failed("no", now)
        waits.append((letter.next_at - now).total_seconds())
        now = letter.next_at
    assert [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] == waits[:9]
    assert LetterState.DEAD is letter.state
    assert at(0) + GIVEN_UP < now <= at(0) + GIVEN_UP + timedelta(hours=1)
    told_to_wait = Letter(
        key="k", page="p", subscriber="s", event="x", made_at=at(0), next_at=at(0)
    )
    assert at(500) == told_to_wait.failed("later", at(0), wait_s=500).next_at
