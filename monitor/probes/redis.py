"""Log in to a Redis server and give it a command: `redis://user:password@host/2`.

Phases: `resolve`, `connect`, `tls`, `login`, `command`, `info`. Servers that speak the same
protocol (Valkey, KeyDB, Dragonfly, Sentinel) do as well.
"""

import shlex
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.account import Account, LoginOptions, check_text, read_account, read_name
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.resp import RespWire
from monitor.probes.rows import number
from monitor.probes.target import Url, parse_url
from monitor.probes.wire import Wire


@attrs.frozen(kw_only=True)
class RedisOptions(LoginOptions):
    """What to ask."""

    command: Annotated[
        str, Meta(description="the command, in words as a shell reads them: LLEN 'my queue'")
    ] = "PING"
    info: Annotated[
        bool, Meta(description="whether to ask for INFO too, so that conditions know `info`")
    ] = False


def prepare(target: str, options: RedisOptions) -> Probe:
    """Make a probe that is UP when the command was answered, and not by an error.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    encrypted = target.partition(":")[0].lower() == "rediss"
    url = parse_url(target, 6379)
    account = read_account(url, options)
    database = _database(url)
    command = _words(options.command)

    async def look(trace: Trace) -> Result:
        tls = options if encrypted else None
        async with await Wire.open(url, trace, tls, account.secret) as wire:
            server = RespWire(wire)
            with trace.enter("login"):
                await _login(server, account, database)
            if options.info:
                with trace.enter("info"):
                    trace.facts["info"] = read_info(await server.ask("INFO"))
            with trace.enter("command"):
                answer = await server.ask(*command)
            trace.facts["answer"] = answer
        return Result(status=Status.UP, detail=f"{command[0].upper()}: {_shown(answer)}")

    return look


async def _login(server: RespWire, account: Account, database: str) -> None:
    if account.password:
        who = [account.user] if account.user else []
        _check_ok(await server.ask("AUTH", *who, account.password))
    if database:
        _check_ok(await server.ask("SELECT", database))


def _check_ok(answer: Any) -> None:
    if answer != "OK":
        raise TargetDown(f"not a Redis server: it said {_shown(answer)} instead of OK")


def read_info(text: Any) -> dict[str, Any]:
    """Read what INFO answers: `name:value` in lines; `a=1,b=2` is a table of its own.

    Raises:
        TargetDown: it is no text.
    """
    if not isinstance(text, str):
        raise TargetDown("not a Redis server")
    found: dict[str, Any] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        pairs = [pair.partition("=") for pair in value.split(",")]
        if all(equals for _key, equals, _part in pairs):
            found[name] = {key: number(part) for key, _equals, part in pairs}
        else:
            found[name] = number(value)
    return found


def _database(url: Url) -> str:
    name = read_name(url)
    if name and not (name.isascii() and name.isdigit() and len(name) < 10):
        raise InvalidTask("target", f"{name[:40]!r} is not the number of a database, such as 2")
    return name


def _words(command: str) -> list[str]:
    check_text("option command", command)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InvalidTask("option command", f"cannot be read: {error}") from None
    if not words:
        raise InvalidTask("option command", "is empty; write a command, such as PING")
    return words


def _shown(answer: Any) -> str:
    match answer:
        case None:
            return "nothing"
        case list():
            return counted(len(answer), "element")
    return printable(str(answer), 60) or "an empty text"


FACTS = Names(
    (
        Name(
            "answer",
            Type.ANY,
            "what the command answered: a text, a number, a list (`answer[0]`) or null; a number "
            "that Redis keeps as a text is read by `answer.json.$`",
            also=("result", "reply", "response", "value", "body"),
        ),
        Name(
            "info.*",
            Type.ANY,
            "what INFO says, with the option `info=true`: `info.used_memory`, `info.role`, "
            "`info.slave0.lag`",
        ),
    )
)

KIND = Kind(
    name="redis",
    schemes=("redis", "rediss"),
    summary="Log in to a Redis server and give it a command.",
    example="redis://:secret@cache.example.com/0",
    options=RedisOptions,
    prepare=prepare,
    facts=FACTS,
)
