"""Log in to a NATS server, and perhaps look at a stream: `nats://user:password@host`.

Phases: `resolve`, `connect`, `greeting` (what the server says first), `tls`, `login`,
`round_trip`, `jetstream`.
"""

import re
import secrets
from pathlib import Path
from typing import Annotated, Any

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.account import (
    Account,
    UpgradeOptions,
    check_text,
    check_upgrade,
    read_account,
    refuse_name,
)
from monitor.probes.explain import explain, printable
from monitor.probes.kind import Kind
from monitor.probes.natswire import NatsWire, Server, read_credentials, read_object, signed
from monitor.probes.target import parse_url
from monitor.probes.wire import Wire

_CREDENTIALS_LIMIT = 64 * 1024
_SUBJECT = re.compile(r"[!-~]{1,255}")
_NAME = re.compile(r"[^\s.*>/\\\x00-\x1f]{1,255}")


@attrs.frozen(kw_only=True)
class NatsOptions(UpgradeOptions):
    """How to log in, and what to look at."""

    token: Annotated[str, Meta(description="a token to log in with, instead of a user")] = (
        attrs.field(default="", repr=False)
    )
    credentials: Annotated[
        str, Meta(description="a .creds file (JWT and nkey) to log in with, instead of a user")
    ] = ""
    round_trip: Annotated[
        bool, Meta(description="whether to publish a message of our own and wait for it")
    ] = False
    prefix: Annotated[
        str, Meta(description="how the subjects of our own begin; the rest is random")
    ] = "_INBOX."
    stream: Annotated[
        str, Meta(description="a JetStream stream that must exist; conditions know `messages`")
    ] = ""
    consumer: Annotated[
        str, Meta(description="a consumer of it that must exist; conditions know `pending`")
    ] = ""
    domain: Annotated[str, Meta(description="the JetStream domain, if it is another one")] = ""


def prepare(target: str, options: NatsOptions) -> Probe:
    """Make a probe that is UP when the server let us in, and did what the options ask for.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 4222)
    refuse_name(url)
    account = read_account(url, options)
    tls = check_upgrade(options)
    _check(account, options)

    async def look(trace: Trace) -> Result:
        secret = options.token or account.secret
        async with await Wire.open(url, trace, secret=secret) as wire:
            nats = NatsWire(wire)
            with trace.enter("greeting"):
                server = await nats.greet()
                trace.facts["server_version"] = server.version
                encrypt = _wants_tls(server, options.tls)
            if encrypt and tls is not None:
                await wire.start_tls(tls, trace)
            with trace.enter("login"):
                await nats.login(_proof(server, account, options))
            said = await _use(nats, options, trace)
        version = printable(server.version, 40)
        return Result(status=Status.UP, detail=f"NATS {version} let us in{said}")

    return look


def _wants_tls(server: Server, wanted: str) -> bool:
    """Say whether to go on with TLS.

    Raises:
        TargetDown: the server does not offer it, but it is required.
        OwnFault: the server requires it, but we must not.
    """
    if wanted == "never" and server.needs_tls:
        raise OwnFault(Reason.TASK_ERROR, "the server requires TLS, but tls=never is set")
    if wanted == "require" and not server.offers_tls:
        raise TargetDown("the server does not offer TLS")
    return server.offers_tls and wanted != "never"


def _proof(server: Server, account: Account, options: NatsOptions) -> dict[str, str]:
    """Return the part of CONNECT that says who we are."""
    if options.token:
        return {"auth_token": options.token}
    if options.credentials:
        try:
            # A small local file, read anew each time because it is renewed.
            with Path(options.credentials).open(encoding="utf-8") as file:
                jwt, key = read_credentials(file.read(_CREDENTIALS_LIMIT))
        except (OSError, ValueError) as error:
            raise OwnFault(
                Reason.TASK_ERROR, f"cannot use {options.credentials}: {explain(error)}"
            ) from error
        return {"jwt": jwt, "sig": signed(server.nonce, key)}
    return {"user": account.user, "pass": account.password} if account.user else {}


async def _use(nats: NatsWire, options: NatsOptions, trace: Trace) -> str:
    """Do what the options ask for, and return what is said of it."""
    own = options.prefix + secrets.token_hex(8)
    said = ""
    if options.round_trip or options.stream:
        await nats.subscribe(own)
    if options.round_trip:
        with trace.enter("round_trip"):
            started_s, token = trio.current_time(), secrets.token_hex(8).encode()
            await nats.publish(own, token)
            if await nats.message() != token:
                raise TargetDown("another message came back than the one that was sent")
            trace.facts["round_trip"] = trio.current_time() - started_s
        said += f"; a message came back after {trace.facts['round_trip'] * 1000:.1f} ms"
    if options.stream:
        with trace.enter("jetstream"):
            await _look_at_stream(nats, own, options, trace.facts)
        said += f"; {counted(trace.facts['messages'], 'message')} in {options.stream}"
    if options.consumer:
        said += f", {trace.facts['pending']} pending for {options.consumer}"
    return said


async def _look_at_stream(
    nats: NatsWire, own: str, options: NatsOptions, facts: dict[str, Any]
) -> None:
    api = f"$JS.{options.domain}.API" if options.domain else "$JS.API"
    found = await _ask(nats, f"{api}.STREAM.INFO.{options.stream}", own)
    state = found.get("state")
    facts |= _numbers(
        state, {"messages": "messages", "bytes": "bytes", "consumers": "consumer_count"}
    )
    if options.consumer:
        path = f"{options.stream}.{options.consumer}"
        found = await _ask(nats, f"{api}.CONSUMER.INFO.{path}", own)
        wanted = {"pending": "num_pending", "ack_pending": "num_ack_pending"}
        facts |= _numbers(found, wanted | {"redelivered": "num_redelivered"})


async def _ask(nats: NatsWire, subject: str, own: str) -> dict[str, Any]:
    """Ask JetStream something, and return its answer. Raises TargetDown for an error."""
    await nats.publish(subject, b"", own)
    text = await nats.message()
    if text is None:
        raise TargetDown("nobody answers for JetStream here: not enabled, or no permission")
    answer = read_object(text)
    if isinstance(error := answer.get("error"), dict):
        code = error.get("err_code", error.get("code"))
        raise TargetDown(printable(f"JetStream says: {error.get('description')} ({code})"))
    return answer


def _numbers(table: Any, wanted: dict[str, str]) -> dict[str, int]:
    """Take the wanted numbers of a table, fact by member. Raises TargetDown if one is missing."""
    found: dict[str, int] = {}
    for fact, member in wanted.items():
        value = table.get(member) if isinstance(table, dict) else None
        if type(value) is not int:
            raise TargetDown("not a valid answer of JetStream")
        found[fact] = value
    return found


def _check(account: Account, options: NatsOptions) -> None:
    """Refuse what NATS cannot say, and two ways to log in at once."""
    ways = [name for name in ("token", "credentials") if getattr(options, name)]
    if account.user and not account.password:
        raise InvalidTask("option password", "is missing; a token is written as option token")
    if account.password and not account.user:
        raise InvalidTask("option user", "is missing; a token is written as option token")
    if ways and (account.user or len(ways) > 1):
        raise InvalidTask(f"option {ways[0]}", "is one way to log in too many; use one")
    if options.consumer and not options.stream:
        raise InvalidTask("option stream", "is missing; a consumer belongs to a stream")
    check_text("option token", options.token)
    if not _SUBJECT.fullmatch(options.prefix) or "*" in options.prefix or ">" in options.prefix:
        raise InvalidTask("option prefix", "is not the beginning of a subject, such as _INBOX.")
    for name in ("stream", "consumer", "domain"):
        text = getattr(options, name)
        if text and not _NAME.fullmatch(text):
            raise InvalidTask(f"option {name}", f"{text[:60]!r} is not a name; no spaces . * > /")
        check_text(f"option {name}", text)


FACTS = Names(
    (
        Name(
            "round_trip",
            Type.DURATION,
            "how long a message of our own took, with the option `round_trip=true`",
        ),
        Name("messages", Type.NUMBER, "messages in the stream of the option `stream`"),
        Name("bytes", Type.NUMBER, "what they take"),
        Name("consumers", Type.NUMBER, "consumers of the stream"),
        Name(
            "pending",
            Type.NUMBER,
            "messages that the consumer of the option `consumer` has not been sent yet",
            also=("num_pending", "lag", "depth"),
        ),
        Name(
            "ack_pending",
            Type.NUMBER,
            "messages it was sent and has not acknowledged",
            also=("num_ack_pending", "unacked"),
        ),
        Name("redelivered", Type.NUMBER, "messages it was sent again", also=("num_redelivered",)),
        Name("server_version", Type.TEXT, "the server's version", also=("version",)),
    )
)

KIND = Kind(
    name="nats",
    schemes=("nats",),
    summary="Log in to a NATS server, and perhaps look at a JetStream stream.",
    example="nats://monitor:secret@nats.example.com",
    options=NatsOptions,
    prepare=prepare,
    facts=FACTS,
)
