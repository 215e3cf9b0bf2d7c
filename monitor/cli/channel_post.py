"""`monitor channel test`, `dead` and `resend`: does it arrive, and if not, what then."""

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, Options, read_options
from monitor.cli.refusals import BadInput
from monitor.cli.screen import milliseconds, say, say_json, table
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.units import stamp
from monitor.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.core.alerts.notices import ChannelSpec, Notice
    from monitor.settings import Settings

_UNSTORED = "trial"
"""The name of a channel that is tried before it is added."""


async def try_(
    channel: str | None = None,
    /,
    *,
    url: str | None = None,
    option: Options = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Send a message now, from here, past silences and hours, and say what happened.

    Exit code: 0 it was taken, 1 it was not, 2 bad input.

    Args:
        channel: Its name.
        url: Try an address that is not stored.
        option: An option for that address; may be repeated.
    """
    settings = everywhere.settle()
    from monitor.channels import prepare_channel, shown_url
    from monitor.cli.database import now
    from monitor.operations.trying import trial, try_message
    from monitor.probes.guard import POLICY

    spec = await _wanted(settings, channel, url, read_options(option))
    POLICY.set(settings.targets)
    prepare_channel(spec)  # what can never work is bad input
    words = Words(settings.lang)
    message = trial(spec.name, settings.lang, now())
    attempt = await try_message(spec, message)
    where = shown_url(spec.url)
    if everywhere.json:
        say_json(
            {
                "channel": None if url is not None else spec.name,
                "where": where,
                "delivered": not attempt.why,
                "why": attempt.why,
                "permanent": attempt.permanent,
                "took_s": round(attempt.took_s, 6),
                "title": message.title,
                "key": message.key,
            }
        )
        return 1 if attempt.why else 0
    took = milliseconds(attempt.took_s)
    if attempt.why:
        say(
            words(
                "not delivered to {where} after {took}: {why}",
                where=where,
                took=took,
                why=attempt.why,
            )
        )
        if attempt.permanent:
            say(words("trying again cannot help; something has to be changed"))
        return 1
    say(
        words(
            'delivered to {where} in {took}: "{title}"', where=where, took=took, title=message.title
        )
    )
    if _outside_hours(spec, now()):
        say(words("at this hour a running monitor would hold alerts back"))
    return 0


async def _wanted(
    settings: "Settings", channel: str | None, url: str | None, options: dict[str, str]
) -> "ChannelSpec":
    """Return the channel that is meant, valid as a whole."""
    from monitor.cli.database import open_session
    from monitor.operations.channelspecs import changed_channel, find_channel, make_channel

    if url is not None:
        if channel is not None:
            raise BadInput("a channel and --url exclude each other; decide for one")
        return make_channel(name=_UNSTORED, url=url, options=options)
    if channel is None:
        raise BadInput("name a channel, or an address with --url")
    if options:
        raise BadInput("-o belongs to --url; `monitor channel edit` changes a channel's options")
    async with open_session(settings) as session:
        return changed_channel(find_channel((await session.alerting()).channels, channel))


def _outside_hours(spec: "ChannelSpec", at: Any) -> bool:
    from monitor.channels.outside import read_hours

    hours = read_hours(spec)
    return hours is not None and not hours.is_within(at)


async def dead(channel: str | None = None, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List alerts that could not be delivered, newest first.

    Args:
        channel: Its name (default: all channels).
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.alert_forms import notice_form
    from monitor.operations.mailbags import dead_letters

    async with open_session(settings) as session:
        letters = await dead_letters(session)
        if channel is not None and not any(one.channel == channel for one in letters):
            await _expect_channel(session, channel)
    letters = [one for one in letters if channel in (None, one.channel)]
    words = Words(settings.lang)
    if everywhere.json:
        say_json([notice_form(one) for one in letters])
    elif letters:
        headings = ("at", "channel", "key", "about", "attempts made", "newest error")
        lines = [
            (stamp(one.at), one.channel, one.key, one.subject, str(one.attempts), one.why)
            for one in letters
        ]
        say(table([words(heading) for heading in headings], lines))
        say()
        again = everywhere.command("channel resend --all")
        say(words("send them again with: {command}", command=again))
    else:
        say(words("no alert is undelivered for good"))
    return 0


async def resend(
    channel: str | None = None,
    /,
    *,
    key: str | None = None,
    all_: Annotated[bool, Parameter(name="--all")] = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Have alerts that could not be delivered tried again by the running monitor.

    Args:
        channel: All of this channel.
        key: Only this one, as `channel dead` shows it.
        all_: All of all channels.
    """
    if all_ and (channel is not None or key is not None):
        raise BadInput("--all means all of all channels; leave the channel and --key out")
    if channel is None and key is None and not all_:
        raise BadInput("resend what? Name a channel, or say --key KEY or --all")
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.cli.neighbours import running
    from monitor.operations.mailbags import dead_letters

    async with open_session(settings) as session:
        if channel is not None:
            await _expect_channel(session, channel)
        names = {one.name for one in (await session.alerting()).channels}
        letters = [
            one
            for one in await dead_letters(session)
            if channel in (None, one.channel) and key in (None, one.key)
        ]
        if key is not None and not letters:
            raise BadInput(f"--key: no undelivered alert has the key {key!r}; see `channel dead`")
        again = [one for one in letters if one.channel in names]
        wanted = tuple((one.key, one.channel) for one in again)
        await session.change_alerting(AlertingChange(resend=wanted))
        alive = bool(running(await session.nodes(), now()))
    if everywhere.json:
        _say_resent(again, letters, alive=alive)
        return 0
    words = Words(settings.lang)
    say(words("alerts to be sent again: {count}", count=len(again)))
    if lost := len(letters) - len(again):
        say(words("alerts whose channel is no more: {count}", count=lost))
    if again and not alive:
        say(words("no monitor is running; they wait until one does"))
    return 0


def _say_resent(again: "Sequence[Notice]", letters: "Sequence[Notice]", *, alive: bool) -> None:
    def named(notices: "Sequence[Notice]") -> list[dict[str, str]]:
        return [{"key": one.key, "channel": one.channel} for one in notices]

    lost = [one for one in letters if one not in again]
    say_json({"running": alive, "resent": named(again), "without_channel": named(lost)})


async def _expect_channel(session: Any, wanted: str) -> None:
    """Raise BadInput if there is no such channel."""
    from monitor.operations.channelspecs import find_channel

    find_channel((await session.alerting()).channels, wanted)
