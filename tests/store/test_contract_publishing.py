"""Every store: status pages, what is written on them, and the past that they show."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from monitor.core.changes import FleetChange
from monitor.core.failures import DuplicateName
from monitor.core.model import Status, Transition
from monitor.core.ports import Store
from monitor.core.statuspage.days import Past
from monitor.core.statuspage.values import (
    PagesChange,
    Post,
    PostState,
    Section,
    StatusPage,
)
from tests.store.pictures import picture
from tests.store.scene import ODD_TEXT, at, gap, incident, look, spec, transition

PAGE = StatusPage(
    slug="shop",
    title=ODD_TEXT,
    description="two\nlines",
    sections=(Section(title="All", tasks=("a*",), tags=("prod",), names={"a": ODD_TEXT}),),
    latency=True,
    accent="#1d5c99",
    from_file=True,
)


PAGE_2 = attrs.evolve(PAGE, slug="a-second")


def writing(*pages: StatusPage, drop: tuple[str, ...] = ()) -> Any:
    return lambda _known: PagesChange(pages=pages, drop=drop)


def post(own: str, story: str = "1", page: str = "shop", at_s: float = 0) -> Post:
    return Post(
        id=own,
        page=page,
        story=story,
        at=at(at_s),
        state=PostState.IDENTIFIED,
        title=ODD_TEXT,
        text=f"{ODD_TEXT}\n",
        by="anna",
    )


def change(task_id: int, seq: int, at_s: float, before: Status, after: Status) -> Transition:
    return attrs.evolve(transition(task_id, seq, at_s), before=before, after=after)


async def test_a_page_comes_back_as_it_was_written(store: Store) -> None:
    async with store.session("test") as session:
        publishing = session.publishing
        assert [] == await publishing.pages()
        await publishing.change_pages(writing(PAGE, attrs.evolve(PAGE, slug="a", from_file=False)))
        [first, second] = await publishing.pages()
        assert ("a", False, PAGE, True) == (first.slug, first.from_file, second, second.from_file)
        await publishing.change_pages(writing(attrs.evolve(PAGE, title="new")))
        assert ["two\nlines", "new"] == [PAGE.description, (await publishing.pages())[1].title]


async def test_pages_of_files_change_with_all_else_that_files_say(store: Store) -> None:
    change = FleetChange(add=(spec("a"),), pages=PagesChange(pages=(PAGE,)))
    async with store.session("test") as session:
        assert change == await session.rebuild(lambda *_: change, at(0))
        assert [PAGE] == await session.publishing.pages()
        clash = attrs.evolve(change, add=(spec("a"),), pages=PagesChange(drop=("shop",)))
        with pytest.raises(DuplicateName):
            await session.rebuild(lambda *_: clash, at(0))
        assert [PAGE] == await session.publishing.pages()


async def test_a_plan_that_fails_changes_no_page(store: Store) -> None:
    def fail(known: Any) -> PagesChange:
        assert [PAGE] == list(known)
        raise ValueError("no")

    async with store.session("test") as session:
        await session.publishing.change_pages(writing(PAGE))
        with pytest.raises(ValueError, match="no"):
            await session.publishing.change_pages(fail)
        assert [PAGE] == await session.publishing.pages()


async def test_two_pages_never_have_one_host_name(store: Store) -> None:
    one = attrs.evolve(PAGE, host="status.example")
    other = attrs.evolve(one, slug="other")
    async with store.session("test") as session:
        publishing = session.publishing
        with pytest.raises(DuplicateName, match=r"status\.example belongs to .*'shop'"):
            await publishing.change_pages(writing(one, other))
        await publishing.change_pages(writing(one, PAGE_2))
        with pytest.raises(DuplicateName):
            await publishing.change_pages(writing(other))
        clash = FleetChange(add=(spec("a"),), pages=PagesChange(pages=(other,)))
        with pytest.raises(DuplicateName):
            await session.rebuild(lambda *_: clash, at(0))
        assert [[PAGE_2, one], []] == [await publishing.pages(), await session.fleet()]
        await publishing.change_pages(writing(other, drop=("shop",)))
        await publishing.change_pages(writing(attrs.evolve(other, title="new")))
        assert [PAGE_2, attrs.evolve(other, title="new")] == await publishing.pages()


async def test_a_logo_stays_with_its_page_and_goes_with_it(store: Store) -> None:
    async with store.session("test") as session:
        publishing = session.publishing
        assert not await publishing.set_logo("shop", picture())
        await publishing.change_pages(writing(PAGE, PAGE_2))
        assert await publishing.set_logo("shop", picture())
        assert await publishing.set_logo("shop", picture(20))
        assert await publishing.set_logo(PAGE_2.slug, picture(30))
        await publishing.change_pages(writing(attrs.evolve(PAGE, title="new")))
        assert picture(20) == await publishing.logo("shop")
        assert await publishing.set_logo(PAGE_2.slug, None)
        assert None is await publishing.logo(PAGE_2.slug)
        await publishing.change_pages(writing(drop=("shop",)))
        await publishing.change_pages(writing(PAGE))
        assert None is await publishing.logo("shop")


async def test_posts_are_read_newest_first_and_go_with_their_page(store: Store) -> None:
    async with store.session("test") as session:
        publishing = session.publishing
        await publishing.change_pages(writing(PAGE, attrs.evolve(PAGE, slug="other")))
        posts = [post("1"), post("2", at_s=5), post("3", "3", at_s=9), post("4", "4", "other")]
        for one in posts:
            assert await publishing.write_post(one)
        assert not await publishing.write_post(post("5", page="nobody's"))
        assert posts[2::-1] == await publishing.posts("shop")
        assert ["anna"] * 3 == [one.by for one in await publishing.posts("shop")]
        assert [posts[2]] == await publishing.posts("shop", limit=1)
        assert posts[2:0:-1] == await publishing.posts("shop", at(5))
        await publishing.drop_story("shop", "1")
        assert [posts[2]] == await publishing.posts("shop")
        await publishing.change_pages(writing(drop=("shop",)))
        assert [] == await publishing.posts("shop")
        assert [posts[3]] == await publishing.posts("other")


async def test_of_the_past_is_read_what_does_not_end_before_it_begins(store: Store) -> None:
    async with store.session("test") as session:
        (task, other) = await session.add([spec("a"), spec("b")], at(0))
        told = [
            change(task.id, 1, 30, Status.UP, Status.UNKNOWN),
            change(task.id, 2, 31, Status.UNKNOWN, Status.DOWN),
            change(task.id, 3, 32, Status.DOWN, Status.UP),
            change(task.id, 4, 33, Status.UP, Status.DEGRADED),
        ]
        records = [
            look(task.id, 1, incident=incident(task.id, 1, 0)),
            look(task.id, 2, incident=incident(task.id, 2, 5)),
            look(task.id, 10, incident=incident(task.id, 1, 0, 10), gaps=(gap(task.id, 0, 10),)),
            look(task.id, 30, incident=incident(task.id, 2, 5, 40), gaps=(gap(task.id, 5, 40),)),
            look(task.id, 60, incident=incident(task.id, 3, 50)),
            look(other.id, 60, incident=incident(other.id, 1, 50)),
            *(look(task.id, 70 + one.seq, transition=one) for one in told),
        ]
        before = change(task.id, 9, 5, Status.UP, Status.UNKNOWN)
        await session.commit([*records, look(task.id, 80, transition=before)])
        found = await session.publishing.pasts([task.id, 9999], at(20))
        expected = Past(
            [incident(task.id, 2, 5, 40), incident(task.id, 3, 50)],
            [gap(task.id, 5, 40)],
            [told[0], told[1], told[3]],
        )
        assert {task.id: expected, 9999: Past([], [], [])} == found
        later = await session.publishing.pasts([task.id], at(20) + timedelta(days=9))
        assert [incident(task.id, 3, 50)] == later[task.id].incidents
