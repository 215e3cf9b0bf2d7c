"""From what was typed to a checked channel, and what of it may be shown."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from monitor.channels import find_family
from monitor.channels.outside import check_channel
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel
from monitor.core.describe import HIDDEN, without_secrets
from monitor.core.model import Task
from monitor.operations.refusals import NotThere, Taken, Unfit


def make_channel(**fields: Any) -> ChannelSpec:
    """Make a channel; fields that are None get their defaults.

    Raises:
        InvalidChannel: naming the field.
    """
    given = {field: value for field, value in fields.items() if value is not None}
    return check_channel(ChannelSpec(**given))


def changed_channel(spec: ChannelSpec, **changes: Any) -> ChannelSpec:
    """Return a channel with changes; those that are None are none.

    Raises:
        InvalidChannel: naming the field.
    """
    given = {field: value for field, value in changes.items() if value is not None}
    return check_channel(attrs.evolve(spec, **given))


def find_channel(channels: Iterable[ChannelSpec], wanted: str) -> ChannelSpec:
    """Return the channel of that name.

    Raises:
        NotThere: naming the one that was probably meant.
    """
    known = {one.name: one for one in channels}
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1)
    guess = f", did you mean {close[0]!r}" if close else "; `monitor channel list` shows all"
    raise NotThere(f"there is no channel {wanted!r}{guess}")


def refuse_from_file(what: str, name: str, *, from_file: bool) -> None:
    """Raise Taken for what a configuration file would put back."""
    if from_file:
        raise Taken(
            f"{what} {name!r} came from a configuration file; change it there and `monitor apply` "
            "the file, with --prune if it is gone there"
        )


def users_of(channel: str, tasks: Iterable[Task]) -> list[str]:
    """Return the names of tasks that name a channel."""
    return [
        task.name
        for task in tasks
        if channel in task.alerts.channels
        or any(channel in step.channels for step in task.alerts.escalation)
    ]


def shown_options(spec: ChannelSpec) -> dict[str, Any]:
    """Return a channel's options without their secrets."""
    try:
        declared = find_family(spec.url).options
    except InvalidChannel:  # a family that is not installed here, an address in a reference
        return dict.fromkeys(spec.options, HIDDEN)
    secret = {field.name for field in attrs.fields(declared) if not field.repr}
    return {
        name: HIDDEN if name.partition(".")[0] in secret else value
        for name, value in without_secrets(spec.options).items()
    }


def without(options: Mapping[str, Any], unset: Sequence[str], name: str) -> dict[str, Any]:
    """Return options without some of them. Raises Unfit if one is not there."""
    for key in unset:
        if key not in options:
            raise Unfit(f"unset {key}", f"channel {name!r} has no such option")
    return {key: value for key, value in options.items() if key not in unset}
