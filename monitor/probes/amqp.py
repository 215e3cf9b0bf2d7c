"""Log in to RabbitMQ, and perhaps look at a queue: `amqp://user:password@host/vhost`.

Phases: `resolve`, `connect`, `tls`, `greeting`, `login`, `queue`, `round_trip`. AMQP 0-9-1; the
virtual host is `/` if the target names none.
"""

import contextlib
import secrets
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.account import Account, LoginOptions, check_text, read_account, read_name
from monitor.probes.amqpwire import AmqpWire
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.target import parse_url
from monitor.probes.threads import part_of_time_left
from monitor.probes.wire import Wire

FAREWELL_S = 1.0
"""How long the broker may take to agree that we leave; it has answered everything then."""


@attrs.frozen(kw_only=True)
class AmqpOptions(LoginOptions):
    """What to look at."""

    queue: Annotated[
        str, Meta(description="a queue that must exist; conditions then know `messages`")
    ] = ""
    round_trip: Annotated[
        bool,
        Meta(description="whether to send a message through a temporary queue of our own"),
    ] = False


def prepare(target: str, options: AmqpOptions) -> Probe:
    """Make a probe that is UP when the broker let us in, and did what the options ask for.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    encrypted = target.partition(":")[0].lower() == "amqps"
    url = parse_url(target, 5671 if encrypted else 5672)
    vhost = read_name(url) or "/"
    by_certificate = encrypted and bool(options.client_certificate)
    account = read_account(url, options)
    if not (account.user or account.password or by_certificate):
        account = Account("guest", "guest")
    _check(account, vhost, options)

    async def look(trace: Trace) -> Result:
        tls = options if encrypted else None
        async with await Wire.open(url, trace, tls, account.secret) as wire:
            broker = AmqpWire(wire)
            with trace.enter("greeting"):
                properties = await broker.greet()
            product, version = properties.get("product", ""), properties.get("version", "")
            trace.facts |= {"product": product, "server_version": version}
            with trace.enter("login"):
                await broker.login(account, vhost)
            try:
                said = await _use(broker, options, trace)
            finally:
                await _leave(broker)
        return Result(
            status=Status.UP, detail=printable(f"{product} {version} let us in{said}".strip())
        )

    return look


async def _leave(broker: AmqpWire) -> None:
    """Close politely, or the broker complains in its log; but the look never fails of that."""
    patience_s = min(part_of_time_left(0.5), trio.current_time() + FAREWELL_S)
    with trio.move_on_at(patience_s), contextlib.suppress(TargetDown):
        await broker.close()


async def _use(broker: AmqpWire, options: AmqpOptions, trace: Trace) -> str:
    """Do what the options ask for, and return what is said of it."""
    said = ""
    if options.queue:
        with trace.enter("queue"):
            await broker.open_channel()
            messages, consumers = await broker.look_at_queue(options.queue)
        trace.facts |= {"messages": messages, "consumers": consumers}
        ready, heard_by = counted(messages, "message"), counted(consumers, "consumer")
        said += f"; {ready}, {heard_by} in {options.queue}"
    if options.round_trip:
        with trace.enter("round_trip"):
            if not options.queue:
                await broker.open_channel()
            queue, token = await broker.make_queue(), secrets.token_hex(8).encode()
            started_s = trio.current_time()
            await broker.publish(queue, token)
            if await broker.message() != token:
                raise TargetDown("another message came back than the one that was sent")
            trace.facts["round_trip"] = trio.current_time() - started_s
        said += f"; a message came back after {trace.facts['round_trip'] * 1000:.1f} ms"
    return said


def _check(account: Account, vhost: str, options: AmqpOptions) -> None:
    """Refuse names that AMQP cannot say."""
    for field, text in (("target", vhost), ("option queue", options.queue)):
        check_text(field, text)
        if len(text.encode()) > 255:
            raise InvalidTask(field, "has a name longer than the 255 bytes that AMQP allows")
    if account.password and not account.user:
        raise InvalidTask("option user", "is missing; a password needs a user")


FACTS = Names(
    (
        Name(
            "messages",
            Type.NUMBER,
            "messages ready in the queue of the option `queue`; delivered ones do not count",
            also=("depth", "queue_depth", "queue.messages", "length"),
        ),
        Name("consumers", Type.NUMBER, "consumers of that queue"),
        Name(
            "round_trip",
            Type.DURATION,
            "how long a message of our own took, with the option `round_trip=true`",
        ),
        Name("product", Type.TEXT, 'what the broker calls itself, such as `"RabbitMQ"`'),
        Name("server_version", Type.TEXT, "its version", also=("version",)),
    )
)

KIND = Kind(
    name="amqp",
    schemes=("amqp", "amqps"),
    summary="Log in to RabbitMQ, and perhaps look at a queue or send a message.",
    example="amqp://monitor:secret@rabbit.example.com/orders",
    options=AmqpOptions,
    prepare=prepare,
    facts=FACTS,
)
