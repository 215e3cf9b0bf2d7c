"""/api/v1/channels: where alerts go. Their secrets go in, and never out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import trio

from monitor.channels import shown_url
from monitor.config.alerting import CHANNEL
from monitor.config.fields import duration
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel
from monitor.core.ports import Session
from monitor.operations.alert_forms import posted_form
from monitor.operations.channelspecs import (
    changed_channel,
    find_channel,
    make_channel,
    refuse_from_file,
    shown_options,
    users_of,
)
from monitor.operations.mailbags import dead_letters, mailbags
from monitor.operations.refusals import Taken, Unfit
from monitor.operations.trying import try_channel
from monitor.references import has_reference
from monitor.web.api.bodies import TEXT, flag, line
from monitor.web.api.body import seconds, shorten
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.guarded import ApiOptions, is_hidden
from monitor.web.api.operation import Body, Key, Operation, Reply
from monitor.web.api.problems import Refusal
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.api.tags import expect_match, tag_of
from monitor.web.routing import Role

_TRIALS = 2


def _bounded(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def within(value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**9:
            raise ValueError(f"{shorten(value)} is out of range")
        if isinstance(value, list | dict) and len(value) > 1000:
            raise ValueError(f"has {len(value)} elements; at most 1000 are taken")
        return read(value)

    return within


def _keys() -> dict[str, Key]:
    found = {}
    for name, one in CHANNEL.items():
        rule = name.replace("_", "-")
        if one.read is duration:
            schema = {"type": "number", "minimum": 0}
            found[f"{name}_s"] = Key(seconds, one.says, schema, rule)
        else:
            found[name] = Key(_bounded(one.read), one.says, one.schema, rule)
    return found


KEYS = _keys()
_EXAMPLE = {"name": "ops", "url": "ntfys://ntfy.example/alerts", "default": True}
_NEW = Body(name="NewChannel", keys=KEYS, required=("name", "url"), example=_EXAMPLE)
_CHANGES = Body(
    name="ChannelChanges",
    keys={name: key for name, key in KEYS.items() if name != "name"},
    example={"burst": 10},
)
_AGAIN = Body(
    name="Resend",
    keys={
        "channel": Key(line, "all of this channel", TEXT),
        "key": Key(line, "only this one", TEXT),
        "all": Key(flag, "all of all channels", {"type": "boolean"}),
    },
    example={"channel": "ops"},
)


@attrs.define(eq=False, kw_only=True)
class ChannelDesk:
    """Serves channels."""

    options: ApiOptions
    hint: Callable[[], None]
    _places: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(_TRIALS), init=False
    )

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listChannels",
            method="GET",
            path="/channels",
            needs=Role.VIEWER,
            says="List channels, and how they are doing.",
            carry_out=self.list,
            query=PAGING,
            answer=page_of("Channel"),
        )
        yield Operation(
            id="createChannel",
            method="POST",
            path="/channels",
            needs=Role.ADMIN,
            says="Add a channel.",
            more="What is secret in its address and options is never shown again.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("Channel"),
            status=201,
            refusals=(409,),
            once=True,
            tagged=True,
        )
        yield Operation(
            id="getChannel",
            method="GET",
            path="/channels/{name}",
            needs=Role.VIEWER,
            says="Show a channel, and how it is doing.",
            carry_out=self.get,
            answer=ref("Channel"),
            tagged=True,
        )
        yield Operation(
            id="editChannel",
            method="PATCH",
            path="/channels/{name}",
            needs=Role.ADMIN,
            says="Change a channel; what is not named stays.",
            more="`options` replaces all options; those that are sent as they were shown stay.",
            carry_out=self.edit,
            body=_CHANGES,
            answer=ref("Channel"),
            refusals=(409,),
            matched=True,
        )
        yield Operation(
            id="removeChannel",
            method="DELETE",
            path="/channels/{name}",
            needs=Role.ADMIN,
            says="Remove a channel that no task names; what waits for it is told nobody.",
            carry_out=self.remove,
            status=204,
            refusals=(409,),
            matched=True,
        )
        yield Operation(
            id="testChannel",
            method="POST",
            path="/channels/{name}/test",
            needs=Role.ADMIN,
            says="Send a message now, past silences and hours, and say what happened.",
            carry_out=self.test,
            answer=ref("Trial"),
        )
        yield Operation(
            id="resendNotices",
            method="POST",
            path="/notices/resend",
            needs=Role.EDITOR,
            says="Have alerts that could not be delivered tried again.",
            more="Name a channel, a key, or `all`.",
            carry_out=self.resend,
            body=_AGAIN,
            answer=ref("Resent"),
            refusals=(404,),
        )

    async def list(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], str)
        async with call.session() as session:
            known = (await session.alerting()).channels
            found = [
                one
                for one in sorted(known, key=lambda one: one.name)
                if place is None or one.name > place[0]
            ][: call.query["limit"] + 1]
            bags = await mailbags(session, found)
        return page_reply(
            found,
            call.query["limit"],
            lambda one: posted_form(one, bags[one.name]),
            lambda one: [one.name],
        )

    async def create(self, call: Call) -> Reply:
        fields = _fields(call.body)
        self._check(fields, {})
        spec = make_channel(**fields)
        async with call.session() as session:

            async def add() -> AlertingChange:
                if any(one.name == spec.name for one in (await session.alerting()).channels):
                    raise Taken(
                        f"channel {spec.name!r} exists already; choose another name, or edit it"
                    )
                return await session.change_alerting(AlertingChange(channels=(spec,)))

            bags = await mailbags(session, [spec])

            def reply(_done: AlertingChange) -> Reply:
                form = posted_form(spec, bags[spec.name])
                return Reply(document=form, status=201, headers={"ETag": _tag(spec)})

            done = await done_once(call, session, add, reply)
        self.hint()
        return done

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            spec = find_channel((await session.alerting()).channels, call.text("name"))
            return await _reply(session, spec)

    async def edit(self, call: Call) -> Reply:
        if not call.body:
            raise Refusal(422, f"there is nothing to change; send one of {', '.join(KEYS)}")
        fields = _fields(call.body)
        async with call.session() as session:
            found = find_channel((await session.alerting()).channels, call.text("name"))
            refuse_from_file("channel", found.name, from_file=found.from_file)
            expect_match(call.if_match, _tag(found))
            if fields.get("url") == shown_url(found.url):
                del fields["url"]
            if "options" in fields:
                shown = shown_options(found)
                fields["options"] = {
                    name: found.options[name] if name in shown and value == shown[name] else value
                    for name, value in fields["options"].items()
                }
            self._check(fields, found.options)
            spec = changed_channel(found, **fields)
            if spec != found:
                await session.change_alerting(AlertingChange(channels=(spec,)))
                self.hint()
            return await _reply(session, spec)

    def _check(self, fields: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Refuse secrets that were hidden, and references, unless they are allowed."""
        why = "has *** where a secret was hidden; write the secret itself"
        local = (
            "has a reference ${...}; these are not taken over HTTP; use the command line or a "
            "configuration file, or set web.allow_references"
        )
        named = {"url": fields.get("url", "")} | {
            f"option {name}": value
            for name, value in fields.get("options", {}).items()
            if value != known.get(name)
        }
        for field, value in named.items():
            if is_hidden(value):
                raise InvalidChannel(field, why)
            if not self.options.allow_references and has_reference(value):
                raise InvalidChannel(field, local)

    async def remove(self, call: Call) -> Reply:
        async with call.session() as session:
            found = find_channel((await session.alerting()).channels, call.text("name"))
            refuse_from_file("channel", found.name, from_file=found.from_file)
            expect_match(call.if_match, _tag(found))
            users = users_of(found.name, [one.task for one in await session.fleet()])
            if users:
                named = ", ".join(map(repr, users[:3]))
                more = f" and {len(users) - 3} more" if len(users) > 3 else ""
                raise Taken(
                    f"channel {found.name!r} is named by {named}{more}; "
                    "let them name another one first"
                )
            await session.change_alerting(AlertingChange(drop_channels=(found.name,)))
        self.hint()
        return Reply(status=204)

    async def test(self, call: Call) -> Reply:
        async with call.session() as session:
            spec = find_channel((await session.alerting()).channels, call.text("name"))
        async with self._places:
            attempt = await try_channel(spec, self.options.lang, call.now)
        return Reply(
            document={
                "channel": spec.name,
                "where": shown_url(spec.url),
                "delivered": not attempt.why,
                "why": attempt.why,
                "permanent": attempt.permanent,
                "took_s": round(attempt.took_s, 6),
            }
        )

    async def resend(self, call: Call) -> Reply:
        channel, key = call.body.get("channel"), call.body.get("key")
        if call.body.get("all"):
            if channel is not None or key is not None:
                raise Unfit("all", "means all of all channels; leave channel and key out")
        elif channel is None and key is None:
            raise Unfit("", "resend what? Name a channel, a key, or all")
        async with call.session() as session:
            known = (await session.alerting()).channels
            if channel is not None:
                find_channel(known, channel)
            names = {one.name for one in known}
            letters = [
                one
                for one in await dead_letters(session)
                if channel in (None, one.channel) and key in (None, one.key)
            ]
            if key is not None and not letters:
                raise Unfit("key", f"no undelivered alert has the key {key!r}")
            again = [one for one in letters if one.channel in names]
            if again:
                wanted = tuple((one.key, one.channel) for one in again)
                await session.change_alerting(AlertingChange(resend=wanted))
                self.hint()
        lost = [one for one in letters if one.channel not in names]
        return Reply(
            document={
                "resent": [{"key": one.key, "channel": one.channel} for one in again],
                "without_channel": [{"key": one.key, "channel": one.channel} for one in lost],
            }
        )


def _fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent, by the names of a channel's fields."""
    known = {f"{key}_s" if one.read is duration else key: one.field for key, one in CHANNEL.items()}
    return {known[name]: value for name, value in body.items()}


def _tag(spec: ChannelSpec) -> str:
    return tag_of(attrs.asdict(spec))


async def _reply(session: Session, spec: ChannelSpec) -> Reply:
    bags = await mailbags(session, [spec])
    return Reply(document=posted_form(spec, bags[spec.name]), headers={"ETag": _tag(spec)})
