"""Log in to an MQTT broker, and perhaps wait for a message: `mqtt://user:password@host`.

Phases: `resolve`, `connect`, `tls`, `login`, `subscribe`, `round_trip` or `receive`.
"""

import secrets
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.probes.account import Account, LoginOptions, check_text, read_account, refuse_name
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.mqttwire import MqttWire
from monitor.probes.target import parse_url
from monitor.probes.threads import part_of_time_left
from monitor.probes.wire import Wire


@attrs.frozen(kw_only=True)
class MqttOptions(LoginOptions):
    """What to say or to hear."""

    topic: Annotated[
        str, Meta(description="wait for a message under this topic (+ and # stand for any)")
    ] = ""
    retained: Annotated[
        bool, Meta(description="whether a retained message will do, or only a new one")
    ] = True
    round_trip: Annotated[
        bool, Meta(description="whether to publish a message of our own and wait for it")
    ] = False
    prefix: Annotated[
        str, Meta(description="how the topic of a round trip begins; the rest is random")
    ] = "monitor/"
    qos: Annotated[int, Meta(ge=0, le=2, description="the quality of service of messages")] = 0
    version: Annotated[
        str, Meta(pattern=r"^(3\.1\.1|5)$", description="the version of MQTT: 3.1.1 or 5")
    ] = "3.1.1"
    client_id: Annotated[str, Meta(description="who we are; a random name if not given")] = ""


def prepare(target: str, options: MqttOptions) -> Probe:
    """Make a probe that is UP when the broker let us in, and the message came that was wanted.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    encrypted = target.partition(":")[0].lower() == "mqtts"
    url = parse_url(target, 8883 if encrypted else 1883)
    refuse_name(url)
    account = read_account(url, options)
    _check(account, options)

    async def look(trace: Trace) -> Result:
        tls = options if encrypted else None
        async with await Wire.open(url, trace, tls, account.secret) as wire:
            broker = MqttWire(wire, version=5 if options.version == "5" else 4)
            client_id = options.client_id or f"monitor{secrets.token_hex(8)}"
            with trace.enter("login"):
                await broker.connect(account, client_id, _keep_alive_s())
            if options.round_trip:
                return await _round_trip(broker, options, trace)
            if options.topic:
                return await _receive(broker, options, trace)
        return Result(status=Status.UP, detail="the broker accepted the session")

    return look


async def _round_trip(broker: MqttWire, options: MqttOptions, trace: Trace) -> Result:
    """Publish a message under a topic that nobody else knows, and wait until it is back."""
    topic, token = options.prefix + secrets.token_hex(8), secrets.token_hex(8).encode()
    with trace.enter("subscribe"):
        await broker.subscribe(topic, options.qos)
    with trace.enter("round_trip"):
        started_s = trio.current_time()
        await broker.publish(topic, token, options.qos)
        while (await broker.message()).payload != token:
            pass
        trace.facts["round_trip"] = trio.current_time() - started_s
    return Result(
        status=Status.UP,
        detail=f"a message came back after {trace.facts['round_trip'] * 1000:.1f} ms",
    )


async def _receive(broker: MqttWire, options: MqttOptions, trace: Trace) -> Result:
    with trace.enter("subscribe"):
        await broker.subscribe(options.topic, options.qos)
    with trace.enter("receive"):
        message = await broker.message()
        while message.retained and not options.retained:
            message = await broker.message()
    text = message.payload.decode("utf-8", "replace")
    trace.facts |= {"message": text, "topic": message.topic, "retained": message.retained}
    topic, shown = printable(message.topic, 80), printable(text, 80)
    return Result(status=Status.UP, detail=f"{topic}: {shown}")


def _keep_alive_s() -> int:
    """Return after how long a silence the broker may forget us: no look outlives its deadline."""
    left_s = part_of_time_left(1.0) - trio.current_time()
    return 1 + int(min(left_s, 65534))


def _check(account: Account, options: MqttOptions) -> None:
    """Refuse what MQTT cannot say."""
    if account.password and not account.user:
        raise InvalidTask("option user", "is missing; MQTT knows no password without a user")
    if options.topic and options.round_trip:
        raise InvalidTask("option topic", "cannot be combined with round_trip; use two tasks")
    texts = {
        "user": account.user,
        "password": account.password,
        "topic": options.topic,
        "prefix": options.prefix,
        "client_id": options.client_id,
    }
    for name, text in texts.items():
        check_text(f"option {name}", text)
        if len(text.encode()) > 60_000:
            raise InvalidTask(f"option {name}", "is longer than MQTT allows")
    if "+" in options.prefix or "#" in options.prefix:
        raise InvalidTask("option prefix", "contains + or #, which cannot be published under")


FACTS = Names(
    (
        Name(
            "round_trip",
            Type.DURATION,
            "how long a message of our own took, with the option `round_trip=true`",
        ),
        Name(
            "message",
            Type.TEXT,
            "the message that was received, with the option `topic`",
            also=("payload", "body", "json_value"),
        ),
        Name("topic", Type.TEXT, "the topic it was published under"),
        Name("retained", Type.BOOLEAN, "whether the broker had kept it from earlier"),
    )
)

KIND = Kind(
    name="mqtt",
    schemes=("mqtt", "mqtts"),
    summary="Log in to an MQTT broker, and perhaps publish or wait for a message.",
    example="mqtt://sensor:secret@broker.example.com",
    options=MqttOptions,
    prepare=prepare,
    facts=FACTS,
)
