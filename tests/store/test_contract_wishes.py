"""Every store: wishes, the number that tells of changes, and what is overdue."""

from monitor.core.changes import Changes
from monitor.core.model import Lifecycle, Recovery, RequestKind, Task
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord
from tests.store.scene import add_all, at, living, look, revision, spec, transition

# --- wishes -------------------------------------------------------------------------------------


async def test_wishes_are_handed_out_in_order_until_they_are_answered(store: Store) -> None:
    async with store.session("test") as session:
        shop, cart = await add_all(session, spec("shop"), spec("cart"))
        first = await session.request(cart.id, RequestKind.LOOK)
        second = await session.request(shop.id, RequestKind.RESUME)
        await session.request(cart.id, RequestKind.LOOK)
        taken = await session.changes(-1)
        await session.commit([EventRecord(answers=(second,)), EventRecord(answers=(first, 999))])
        again = await session.changes(-1)
        number = await revision(session)
    assert taken is not None
    assert again is not None
    assert [
        (cart.id, RequestKind.LOOK),
        (shop.id, RequestKind.RESUME),
        (cart.id, RequestKind.LOOK),
    ] == [(request.task_id, request.kind) for request in taken.requests]
    assert [first, second] == [request.id for request in taken.requests[:2]]
    assert taken.requests[2:] == again.requests
    assert taken.revision == number  # whoever answers has nothing to read anew


async def test_the_number_of_a_wish_is_never_given_twice(store: Store) -> None:
    async with store.session("test") as session:
        (shop,) = await add_all(session, spec("shop"))
        first = await session.request(shop.id, RequestKind.LOOK)
        await session.commit([EventRecord(answers=(first,))])
        assert first < await session.request(shop.id, RequestKind.LOOK)


async def test_a_wish_to_resume_forgets_the_attempts_and_a_wish_to_look_does_not(
    store: Store,
) -> None:
    async with store.session("test") as session:
        shop, cart = await add_all(session, spec("shop"), spec("cart"))
        failed = living(cart, Lifecycle.FAILED)
        await session.commit([living(shop, Lifecycle.FAILED), failed])
        await session.request(shop.id, RequestKind.RESUME)
        await session.request(cart.id, RequestKind.LOOK)
        assert Recovery() == (await session.watched(shop.id)).recovery
        assert failed.recovery == (await session.watched(cart.id)).recovery


# --- the number of changes ----------------------------------------------------------------------


async def test_changes_are_told_once_and_whole(store: Store) -> None:
    async with store.session("test") as session:
        shop, cart = await add_all(session, spec("shop"), spec("cart"))
        await session.commit([look(cart.id, 0)])
        changes = await session.changes(-1)
        assert changes is not None
        assert [shop, cart] == [one.task for one in changes.watched]
        assert tuple(await session.fleet()) == changes.watched
        assert await session.changes(changes.revision) is None


async def test_every_change_of_tasks_and_every_wish_changes_the_revision(store: Store) -> None:
    async with store.session("test") as session:
        seen = [await revision(session)]
        (shop,) = await add_all(session, spec("shop"))
        seen.append(await revision(session))
        await add_all(session, spec("cart"), spec("till"))
        seen.append(await revision(session))
        await session.edit(shop.id, spec("shop", paused=True))
        seen.append(await revision(session))
        await session.request(shop.id, RequestKind.LOOK)
        seen.append(await revision(session))
        await session.remove(shop.id)
        seen.append(await revision(session))
    assert len(seen) == len(set(seen))


async def test_looking_does_not_change_the_revision(store: Store) -> None:
    async with store.session("test") as session:
        (task,) = await add_all(session, spec())
        await session.request(task.id, RequestKind.LOOK)
        number = await revision(session)
        await fill_without_wish(session, task)
        changes: Changes | None = await session.changes(number)
    assert changes is None


async def fill_without_wish(session: Session, task: Task) -> None:
    await session.commit([look(task.id, 0, transition=transition(task.id, 1, 0))])
    await session.commit([living(task, Lifecycle.BACKOFF)])
    await session.watched(task.id)
    await session.fleet()


# --- what is overdue ----------------------------------------------------------------------------


async def test_overdue_is_what_runs_and_should_have_been_looked_at(store: Store) -> None:
    async with store.session("test") as session:
        late, fresh, paused, resting, new = await add_all(
            session,
            spec("late"),
            spec("fresh"),
            spec("paused", paused=True),
            spec("resting"),
            spec("new"),
        )
        await session.commit(
            [
                look(late.id, 0),
                look(fresh.id, 30),
                look(paused.id, 0),
                look(resting.id, 0),
                living(resting, Lifecycle.BACKOFF),
            ]
        )
        assert [] == await session.overdue(at(0))
        assert [new.id] == await session.overdue(at(30))
        assert [late.id, new.id] == await session.overdue(at(30.000001))
        assert [late.id, fresh.id, new.id] == await session.overdue(at(61))
