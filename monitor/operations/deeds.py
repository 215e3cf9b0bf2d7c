"""What changes are called when they are written down, and what is shown of them; without secrets.

The same names whoever makes the change, and in whatever way: `task.edit`, `channel.add`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.alerts.alerting import Alerting, AlertingChange, Maintenance, Selector
from monitor.core.changes import FleetChange
from monitor.core.model import RequestKind, TaskSpec
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.core.tasks import spec_fields
from monitor.operations.alert_forms import channel_form, selector_form, silence_form
from monitor.operations.forms import Form, spec_form

REQUESTS = {
    RequestKind.LOOK: "task.run",
    RequestKind.RESUME: "task.resume",
    RequestKind.DRILL: "drill",
}


@attrs.frozen
class Done:
    """One thing that was done: its name, to what, and how that was and is."""

    action: str
    about: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def task_edited(old: TaskSpec, new: TaskSpec) -> Iterator[Done]:
    """Tell of an edit, if it is one; pausing and resuming have names of their own."""
    if spec_fields(old) == spec_fields(new):
        return
    action = "task.edit"
    if spec_fields(attrs.evolve(old, paused=new.paused)) == spec_fields(new):
        action = "task.pause" if new.paused else "task.resume"
    yield Done(action, new.name, spec_form(old), spec_form(new))


def fleet_changed(
    change: FleetChange, alerting: Alerting, pages: Sequence[StatusPage], at: datetime
) -> Iterator[Done]:
    """Tell of a change of many tasks, each by itself, and of all that comes with it."""
    for task in change.remove:
        yield Done("task.remove", task.name, spec_form(task))
    for task, spec in change.edit:
        yield from task_edited(task, spec)
    for spec in change.add:
        yield Done("task.add", spec.name, None, spec_form(spec))
    if change.alerting is not None:
        yield from alerting_changed(change.alerting, alerting, {}, at)
    if change.pages is not None:
        yield from pages_changed(change.pages, pages)


def alerting_changed(
    change: AlertingChange, known: Alerting, names: Mapping[int, str], at: datetime
) -> Iterator[Done]:
    """Tell of a change of what is said about alerts.

    Args:
        names: of the tasks whose incidents are taken or given back.
        at: when; of silences it is told whether they hold then.
    """
    yield from _replaced(
        "channel", known.channels, change.channels, change.drop_channels, channel_form
    )
    yield from _replaced(
        *("maintenance", known.maintenances, change.maintenances, change.drop_maintenances),
        _maintenance_form,
    )
    for new in change.silences:
        yield Done("silence.add", _about(new.selector), None, silence_form(new, at))
    for old in known.silences:
        if old.id in change.drop_silences:
            yield Done("silence.remove", _about(old.selector), silence_form(old, at))
    for taken in change.acknowledgements:
        incident = f"{names.get(taken.task_id, taken.task_id)} {taken.incident}"
        yield Done("incident.acknowledge", incident, None, {"note": taken.note})
    for task_id, number in change.drop_acknowledgements:
        yield Done("incident.give_back", f"{names.get(task_id, task_id)} {number}")
    for channel in sorted({channel for _key, channel in change.resend}):
        keys = [key for key, name in change.resend if name == channel]
        yield Done("channel.resend", channel, None, {"alerts": len(keys)})


def pages_changed(change: PagesChange, known: Sequence[StatusPage]) -> Iterator[Done]:
    """Tell of a change of status pages."""
    from monitor.operations.statuspages import page_form  # brings all kinds of looks

    yield from _replaced("status-page", known, change.pages, change.drop, page_form, name="slug")


def logo_changed(page: str, old: Logo | None, new: Logo | None) -> Iterator[Done]:
    """Tell of a logo that was given or taken away."""
    from monitor.operations.statuspages import logo_form

    before, after = (None if one is None else logo_form(one) for one in (old, new))
    yield Done("status-page.logo", page, before, after)


def subscribers_dropped(page: str, ids: Sequence[str]) -> Iterator[Done]:
    """Tell of subscribers that were forgotten; not their addresses, which are forgotten too."""
    yield Done("status-page.unsubscribe", page, {"subscribers": list(ids)})


def post_written(post: Post) -> Iterator[Done]:
    """Tell of a post."""
    from monitor.operations.statuspages import post_form

    yield Done("status-page.post", post.page, None, post_form(post))


def story_dropped(posts: Sequence[Post], page: str, story: str) -> Iterator[Done]:
    """Tell of a story that was forgotten, by its first post; `posts`: those of the page."""
    from monitor.operations.statuspages import post_form

    for first in sorted((one for one in posts if one.story == story), key=lambda one: one.id)[:1]:
        yield Done("status-page.forget", page, post_form(first))


def _replaced(
    kind: str,
    known: Sequence[Any],
    wanted: Sequence[Any],
    dropped: Sequence[str],
    form: Any,
    name: str = "name",
) -> Iterator[Done]:
    """Tell of things that are known by a name and replaced as a whole."""
    before = {getattr(one, name): one for one in known}
    for new in wanted:
        key = getattr(new, name)
        if key not in before:
            yield Done(f"{kind}.add", key, None, form(new))
        elif before[key] != new:
            yield Done(f"{kind}.edit", key, form(before[key]), form(new))
    for key in dropped:
        if key in before:
            yield Done(f"{kind}.remove", key, form(before[key]))


def _about(selector: Selector) -> str:
    form = selector_form(selector)
    return ", ".join([*form["tasks"], *(f"tag {tag}" for tag in form["tags"])]) or "everything"


def _maintenance_form(one: Maintenance) -> Form:
    return {**selector_form(one.selector), "rule": dict(one.rule), "note": one.note}
