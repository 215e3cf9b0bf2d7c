"""Connect to a port, and perhaps say something and listen: `tcp://host:port`.

Phases: `resolve`, `connect`, `starttls` and `tls` (with those options), `send`, `receive`.

Longer conversations are a script, which can only be written in a file:

```toml
[[task]]
name = "mail"
target = "tcp://mail.example.com:25"

[[task.options.script]]
matches = "^220 (?P<host>[^ ]+) ESMTP"
send = "EHLO monitor\\r\\n"

[[task.options.script]]
expect = "250-{{host}}"

[[task.options.script]]
expect = "STARTTLS\\r\\n"
send = "STARTTLS\\r\\n"

[[task.options.script]]
matches = "^220 "
starttls = true
```

In each step first comes what is to be heard, then what is said, then TLS. What came in plain text
and was not asked for is forgotten when TLS begins. All steps together hear no more than 16 KiB.
`send` and `expect` outside of a script are the short form: say this, hear that.
"""

from typing import Annotated

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.probes.connect import Ip, connect
from monitor.probes.kind import Kind
from monitor.probes.script import (
    HEARD_LIMIT,
    Said,
    Script,
    ScriptStep,
    script_steps,
    simple_steps,
    unescape,
)
from monitor.probes.secure import HandshakeOptions, check_handshake
from monitor.probes.talk import TLS_FACTS, Talk, begin_tls, check_starttls
from monitor.probes.target import parse_url, refuse_path

__all__ = ["KIND", "unescape"]

ANSWER_LIMIT = 1024
"""Bytes of an answer that are read and searched without a script."""


@attrs.frozen(kw_only=True)
class TcpOptions(HandshakeOptions):
    """What to say, and what to hear."""

    send: Annotated[str, Meta(description=r"text to send; \r \n \t \\ \xHH are understood")] = ""
    expect: Annotated[
        str, Meta(description="text that the first 1024 bytes of the answer must have")
    ] = ""
    script: Annotated[
        list[ScriptStep], Meta(description="what to hear and say in turn, instead of the two above")
    ] = attrs.field(factory=list)
    tls: Annotated[bool, Meta(description="whether TLS begins with the first byte")] = False
    starttls: Annotated[
        str,
        Meta(
            description="the protocol in which TLS is asked for first: smtp, imap, pop3, ftp, "
            "nntp, sieve, ldap, xmpp, xmpp-server, postgresql or mysql"
        ),
    ] = ""
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


def prepare(target: str, options: TcpOptions) -> Probe:
    """Make a probe that is UP when the connection stands and the expected text came.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target)
    refuse_path(url)
    check_handshake(options)
    check_starttls(options.starttls)
    steps = _steps(options)
    limit = HEARD_LIMIT if options.script else ANSWER_LIMIT
    told = _told(options)

    async def look(trace: Trace) -> Result:
        async with Talk(await connect(url.host, url.port, trace, ip=options.ip), url.host) as talk:
            if options.tls or options.starttls:
                await begin_tls(talk, options.starttls, options, trace)
            script = Script(talk, trace, limit)
            for number, step in enumerate(steps, 1):
                await script.step(step, f"step {number}: " if options.script else "")
                if step.starttls:
                    script.forget()
                    await talk.start_tls(options, trace)
            secured = f" over {trace.facts['protocol']}" if talk.encrypted else ""
        return Result(status=Status.UP, detail=f"connected to {trace.address}{secured}{told}")

    return look


def _steps(options: TcpOptions) -> list[Said]:
    if options.tls and options.starttls:
        raise InvalidTask("option starttls", "means nothing with tls=true; leave one of them")
    if not options.script:
        return simple_steps(options.send, options.expect)
    if options.send or options.expect:
        raise InvalidTask("option script", "stands beside send or expect; put them into steps")
    upgrades = sum(step.starttls for step in options.script)
    if upgrades + bool(options.tls or options.starttls) > 1:
        raise InvalidTask("option script", "begins TLS where there is TLS already")
    return script_steps(options.script)


def _told(options: TcpOptions) -> str:
    if options.script:
        return f", {counted(len(options.script), 'step')} went through"
    return f", {options.expect!r} received" if options.expect else ""


FACTS = Names(
    (
        Name("answer", Type.TEXT, "what was received", also=("body", "banner", "response")),
        Name(
            "caught.*",
            Type.TEXT,
            "what a group of that name in a script's pattern has caught",
            also=("captured", "groups"),
        ),
        *TLS_FACTS,
    )
)

KIND = Kind(
    name="tcp",
    schemes=("tcp",),
    summary="Connect to a port, and perhaps exchange a few words.",
    example="tcp://example.com:25",
    options=TcpOptions,
    prepare=prepare,
    facts=FACTS,
)
