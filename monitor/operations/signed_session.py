"""A session that writes down each change, with who makes it, in the transaction of the change.

Whoever makes changes through it need not think of that, and cannot forget it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import attrs

from monitor.core.access.changing import PeopleChange, Plan
from monitor.core.access.people import Deed
from monitor.core.access.registry import Registry
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.changes import FleetChange
from monitor.core.model import RequestKind, Task, TaskSpec
from monitor.core.notes import KIND as NOTE
from monitor.core.ports import Session
from monitor.core.records import EventRecord, Record
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.publishing import PagesPlan, Publishing
from monitor.core.statuspage.readers import Readers
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.operations.deeds import (
    REQUESTS,
    Done,
    alerting_changed,
    fleet_changed,
    logo_changed,
    pages_changed,
    post_written,
    story_dropped,
    subscribers_dropped,
    task_edited,
)
from monitor.operations.forms import spec_form
from monitor.operations.signing import Author, signed


def signed_session(session: Session, author: Author, now: Callable[[], datetime]) -> Session:
    """Return the same session, whose changes are somebody's deeds from now on."""
    return cast("Session", _SignedSession(session, author, now))


@attrs.frozen(eq=False)
class _SignedSession:
    """Does what changes something in its own way, and all else as the session does."""

    _session: Session
    _author: Author
    _now: Callable[[], datetime]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    @property
    def registry(self) -> Registry:
        return cast("Registry", _SignedRegistry(self._session.registry, self._author, self._now))

    @property
    def publishing(self) -> Publishing:
        return cast("Publishing", _SignedPublishing(self._session.publishing, self.tell))

    def tell(self, done: Iterable[Done]) -> None:
        """Have the next change written down."""
        for deed in self._deeds(done, self._now()):
            self._session.sign(deed)

    def _deeds(self, done: Iterable[Done], at: datetime) -> Iterator[Deed]:
        for one in done:
            yield self._author.deed(at, one.action, one.about, one.before, one.after)

    async def add(self, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        self.tell(Done("task.add", one.name, None, spec_form(one)) for one in specs)
        return await self._session.add(specs, now)

    async def edit(self, task_id: int, spec: TaskSpec) -> Task:
        return await self.amend(task_id, lambda _task: spec)

    async def amend(self, task_id: int, change: Callable[[Task], TaskSpec]) -> Task:
        def told(task: Task) -> TaskSpec:
            spec = change(task)
            self.tell(task_edited(task, spec))
            return spec

        return await self._session.amend(task_id, told)

    async def remove(self, task_id: int) -> None:
        task = (await self._session.watched(task_id)).task
        self.tell([Done("task.remove", task.name, spec_form(task))])
        await self._session.remove(task_id)

    async def rebuild(
        self, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
    ) -> FleetChange:
        pages, at = await self._session.publishing.pages(), self._now()

        def with_deeds(tasks: Sequence[Task], alerting: Alerting) -> FleetChange:
            change = plan(tasks, alerting)
            done = fleet_changed(change, alerting, pages, at)
            return attrs.evolve(change, deeds=tuple(self._deeds(done, at)))

        return await self._session.rebuild(with_deeds, now)

    async def request(self, task_id: int, kind: RequestKind) -> int:
        about = (await self._session.watched(task_id)).task.name if task_id else "canary"
        self.tell([Done(REQUESTS[kind], about)])
        return await self._session.request(task_id, kind)

    async def commit(self, records: Sequence[Record]) -> None:
        for record in records:
            event = record.event if isinstance(record, EventRecord) else None
            if event is not None and event.kind == NOTE and event.task_id is not None:
                name = (await self._session.watched(event.task_id)).task.name
                about, after = f"{name} {event.data['incident']}", {"note": event.detail}
                self.tell([Done("incident.note", about, None, after)])
        await self._session.commit(records)

    async def change_alerting(self, wanted: AlertingChange) -> AlertingChange:
        taken = {one.task_id for one in wanted.acknowledgements}
        names = {}
        for task_id in taken | {task_id for task_id, _number in wanted.drop_acknowledgements}:
            names[task_id] = (await self._session.watched(task_id)).task.name
        known = await self._session.alerting()
        self.tell(alerting_changed(wanted, known, names, self._now()))
        return await self._session.change_alerting(wanted)


@attrs.frozen(eq=False)
class _SignedRegistry:
    _registry: Registry
    _author: Author
    _now: Callable[[], datetime]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    async def change_people(self, plan: Plan) -> PeopleChange:
        return await self._registry.change_people(signed(plan, self._author, self._now()))


@attrs.frozen(eq=False)
class _SignedReaders:
    _readers: Readers
    _tell: Callable[[Iterable[Done]], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._readers, name)

    async def drop(self, page: str, ids: Sequence[str]) -> None:
        self._tell(subscribers_dropped(page, ids))
        await self._readers.drop(page, ids)


@attrs.frozen(eq=False)
class _SignedPublishing:
    _publishing: Publishing
    _tell: Callable[[Iterable[Done]], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._publishing, name)

    @property
    def readers(self) -> Readers:
        return cast("Readers", _SignedReaders(self._publishing.readers, self._tell))

    async def change_pages(self, plan: PagesPlan) -> PagesChange:
        def told(known: Sequence[StatusPage]) -> PagesChange:
            change = plan(known)
            self._tell(pages_changed(change, known))
            return change

        return await self._publishing.change_pages(told)

    async def write_post(self, post: Post) -> bool:
        self._tell(post_written(post))
        return await self._publishing.write_post(post)

    async def set_logo(self, page: str, logo: Logo | None) -> bool:
        self._tell(logo_changed(page, await self._publishing.logo(page), logo))
        return await self._publishing.set_logo(page, logo)

    async def drop_story(self, page: str, story: str) -> None:
        self._tell(story_dropped(await self._publishing.posts(page), page, story))
        await self._publishing.drop_story(page, story)
