"""`monitor channel`: where alerts go; a running monitor takes changes up within two seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import App, Parameter

from monitor.cli.everywhere import (
    NOTHING_SAID,
    Duration,
    Everywhere,
    Names,
    Options,
    Whole,
    read_options,
)
from monitor.cli.refusals import BadInput
from monitor.cli.screen import distance, say, say_json, table
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.units import stamp
from monitor.signs import Cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.alerts.notices import ChannelSpec

_EDITABLE = (
    "--url, --[no-]default, --[no-]system, --hours, --quiet-hours, --group-wait, "
    "--group-interval, --burst, -o KEY=VALUE, --unset KEY"
)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Fields:
    """What may be said of a channel, new or old."""

    option: Annotated[
        Options, Parameter(help="Set an option of this family of channels; may be repeated.")
    ] = None
    default: Annotated[
        bool | None,
        Parameter(help="Tasks that name no channel use it.", negative="--no-default"),
    ] = None
    system: Annotated[
        bool | None,
        Parameter(
            help="The monitor's own trouble goes there (none said: to the default ones).",
            negative="--no-system",
        ),
    ] = None
    hours: Annotated[
        str | None,
        Parameter(
            help="When it may send, such as 'mon-fri 09:00-18:00 Europe/Berlin'; '' for always."
        ),
    ] = None
    quiet_hours: Annotated[
        str | None, Parameter(help="When it may not, such as '22:00-07:00 UTC'; '' for never.")
    ] = None
    group_wait: Annotated[
        Duration, Parameter(help="How long a first alert waits for company (new: 0s).")
    ] = None
    group_interval: Annotated[
        Duration, Parameter(help="The time that --burst counts in (new: 60s).")
    ] = None
    group_by: Annotated[
        Names,
        Parameter(
            help="What waiting alerts have in common to go together: tags, kind; '' for nothing."
        ),
    ] = None
    burst: Annotated[
        Whole, Parameter(help="Messages in that time; further alerts go together (new: 5).")
    ] = None

    def said(self) -> dict[str, Any]:
        """Return what was said, by the names of a channel's fields; None was not said."""
        return {
            "default": self.default,
            "system": self.system,
            "hours": self.hours,
            "quiet_hours": self.quiet_hours,
            "group_wait_s": self.group_wait,
            "group_interval_s": self.group_interval,
            "group_by": None if self.group_by is None else tuple(filter(None, self.group_by)),
            "burst": self.burst,
        }


NOTHING = Fields()


def register(app: App) -> None:
    from monitor.cli.channel_kinds import kinds
    from monitor.cli.channel_post import dead, resend, try_

    channel = App(name="channel", help="Add, try, change and remove where alerts go.")
    for command in (add, show, edit, remove, resend, dead, kinds):
        channel.command(command)
    channel.command(list_, name="list")
    channel.command(try_, name="test")
    app.command(channel)


async def add(
    name: str, url: str, /, *, fields: Fields = NOTHING, everywhere: Everywhere = NOTHING_SAID
) -> int:
    """Add a channel. `monitor channel kinds` shows what addresses there are.

    Args:
        name: What to call it.
        url: Where it is; write secrets as '${NAME}' or '${file:PATH}'.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.channelspecs import make_channel

    spec = make_channel(name=name, url=url, options=read_options(fields.option), **fields.said())
    async with open_session(settings, make=True) as session:
        known = (await session.alerting()).channels
        if any(one.name == name for one in known):
            raise BadInput(f"channel {name!r} exists already; choose another name, or edit it")
        await session.change_alerting(AlertingChange(channels=(spec,)))
    words = Words(settings.lang)
    _tell(everywhere, words, 'channel "{name}" added', spec)
    if not everywhere.json:
        _say_default(words, (*known, spec))
        say(words("next: {command}", command=everywhere.command(f"channel test {_quoted(name)}")))
    return 0


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List all channels, and how they are doing."""
    settings = everywhere.settle()
    from monitor.channels import shown_url
    from monitor.cli.database import now, open_session
    from monitor.operations.alert_forms import posted_form
    from monitor.operations.mailbags import mailbags

    async with open_session(settings) as session:
        channels = (await session.alerting()).channels
        bags = await mailbags(session, channels)
    words, at = Words(settings.lang), now()
    if everywhere.json:
        say_json([posted_form(spec, bags[spec.name]) for spec in channels])
    elif channels:
        headings = ("name", "where", "for", "waiting", "dead letters", "last sent", "newest error")
        lines = [
            (
                spec.name,
                shown_url(spec.url),
                _uses(spec, words),
                str(bag.waiting or ""),
                Cell(str(bag.dead or ""), "31;1"),
                distance(bag.sent_at, at, words),
                bag.error,
            )
            for spec, bag in ((one, bags[one.name]) for one in channels)
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        add_one = everywhere.command("channel add ops webhook+https://example.com/alerts --default")
        say(words("there are no channels; add one with: {command}", command=add_one))
    return 0


async def show(channel: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show everything that is known of a channel now.

    Args:
        channel: Its name.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.core.units import format_duration
    from monitor.operations.channelspecs import find_channel, shown_options, users_of
    from monitor.operations.mailbags import mailbags

    async with open_session(settings) as session:
        spec = find_channel((await session.alerting()).channels, channel)
        bag = (await mailbags(session, [spec]))[spec.name]
        users = users_of(spec.name, [watched.task for watched in await session.fleet()])
    if everywhere.json:
        from monitor.operations.alert_forms import posted_form

        say_json({**posted_form(spec, bag), "tasks": users})
        return 0
    from monitor.channels import shown_url

    words = Words(settings.lang)
    options = shown_options(spec)
    lines = [
        ("name", spec.name),
        ("where", shown_url(spec.url)),
        ("options", ", ".join(f"{key}={value}" for key, value in options.items())),
        ("for", _uses(spec, words)),
        ("named by", ", ".join(users)),
        ("hours", spec.hours),
        ("quiet hours", spec.quiet_hours),
        ("waits for company", format_duration(spec.group_wait_s) if spec.group_wait_s else ""),
        (
            "messages at most",
            words(
                "{burst} in {interval}, then digests",
                burst=spec.burst,
                interval=format_duration(spec.group_interval_s),
            ),
        ),
        ("from a file", words("yes") if spec.from_file else ""),
        ("waiting", str(bag.waiting or "")),
        ("dead letters", str(bag.dead or "")),
        ("newest error", bag.error),
        ("last sent", stamp(bag.sent_at)),
    ]
    say(table(("", ""), [(words(what), value) for what, value in lines if value]))
    return 0


async def edit(
    channel: str,
    /,
    *,
    url: str | None = None,
    fields: Fields = NOTHING,
    unset: Annotated[list[str] | None, Parameter(metavar="KEY")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Change a channel; what is not named stays.

    Args:
        channel: Its name.
        url: Where it is.
        unset: Forget an option; may be repeated.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.channelspecs import (
        changed_channel,
        find_channel,
        refuse_from_file,
        without,
    )

    changes = {"url": url, **fields.said()}
    options = read_options(fields.option)
    if not options and not unset and all(value is None for value in changes.values()):
        raise BadInput(f"there is nothing to change; say one of {_EDITABLE}")
    async with open_session(settings) as session:
        found = find_channel((await session.alerting()).channels, channel)
        refuse_from_file("channel", found.name, from_file=found.from_file)
        kept = without(found.options, unset or (), found.name)
        spec = changed_channel(found, **changes, options={**kept, **options})
        await session.change_alerting(AlertingChange(channels=(spec,)))
    _tell(everywhere, Words(settings.lang), 'channel "{name}" edited', spec)
    return 0


async def remove(channel: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove a channel that no task names; what waits for it is told nobody any more.

    Args:
        channel: Its name.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.channelspecs import find_channel, refuse_from_file, users_of
    from monitor.operations.mailbags import mailbags

    async with open_session(settings) as session:
        channels = (await session.alerting()).channels
        found = find_channel(channels, channel)
        refuse_from_file("channel", found.name, from_file=found.from_file)
        if users := users_of(found.name, [watched.task for watched in await session.fleet()]):
            raise BadInput(
                f"channel {found.name!r} is named by {_named(users)}; "
                "let them name another one first"
            )
        bag = (await mailbags(session, [found]))[found.name]
        await session.change_alerting(AlertingChange(drop_channels=(found.name,)))
    words = Words(settings.lang)
    _tell(everywhere, words, 'channel "{name}" removed', found)
    if not everywhere.json:
        if bag.waiting:
            say(words("alerts that waited for it and are told nobody: {count}", count=bag.waiting))
        _say_default(words, [one for one in channels if one is not found])
    return 0


def _say_default(words: Words, channels: "Sequence[ChannelSpec]") -> None:
    """Say it if tasks that name no channel tell nobody."""
    if not any(one.default for one in channels):
        say(words("no channel is a default one: only tasks that name a channel tell anybody"))


def _uses(spec: "ChannelSpec", words: Words) -> str:
    """Say for whom a channel is, besides tasks that name it."""
    uses = (("default", spec.default), ("own trouble", spec.system))
    return ", ".join(words(use) for use, wanted in uses if wanted)


def _named(tasks: Sequence[str]) -> str:
    """Name a few tasks."""
    shown = ", ".join(repr(name) for name in tasks[:3])
    return f"{shown} and {len(tasks) - 3} more" if len(tasks) > 3 else shown


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)


def _tell(everywhere: Everywhere, words: Words, phrase: str, spec: "ChannelSpec") -> None:
    """Say what was done, or print the channel as it is now."""
    if everywhere.json:
        from monitor.operations.alert_forms import channel_form

        say_json(channel_form(spec))
    else:
        say(words(phrase, name=spec.name))
