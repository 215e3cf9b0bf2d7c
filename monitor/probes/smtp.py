"""Talk with a mail server, as another one would: `smtp://user:password@mail.example.com:587`.

Phases: those of `mail`, and `envelope`: with `mail_from` and `rcpt_to` the server says whether it
would take a message, and none is sent.
"""

import re
from functools import partial
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Reason
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.account import Account, refuse_name
from monitor.probes.kind import Kind
from monitor.probes.mail import (
    FACTS,
    LINE_LIMIT,
    LINES_LIMIT,
    MailOptions,
    MailServer,
    MailWire,
    check_line,
    mail_probe,
    read_mail_account,
)
from monitor.probes.target import parse_url

_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_ADDRESS = re.compile(r"[!-;=?-~]{1,254}")
"""Printable ASCII but for `<` and `>`; who knows what else servers take."""


@attrs.frozen(kw_only=True)
class SmtpOptions(MailOptions):
    """What to ask."""

    helo: Annotated[
        str, Meta(description="how to introduce ourselves; our address if nothing is said")
    ] = ""
    mail_from: Annotated[
        str, Meta(description="the sender of a message that is announced, but not sent")
    ] = ""
    rcpt_to: Annotated[str, Meta(description="its recipient")] = ""


def prepare(target: str, options: SmtpOptions) -> Probe:
    """Make a probe that is UP when nothing was refused.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 465 if target.lower().startswith("smtps:") else 25)
    refuse_name(url)
    account = read_mail_account(url, options)
    check_line("option helo", options.helo)
    for name, address in (("mail_from", options.mail_from), ("rcpt_to", options.rcpt_to)):
        if address and not _ADDRESS.fullmatch(address):
            raise InvalidTask(f"option {name}", f"{address[:80]!r} is not an address in ASCII")
    return mail_probe(url, options, account, partial(Smtp, options))


class Unaccepted(TargetDown):
    """The server said no; `code` says whether for now (4xx) or for good (5xx)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Smtp(MailServer):
    """A client of SMTP (RFC 5321); the code of the last reply is the fact `code`."""

    goodbye = b"QUIT\r\n"
    starttls = "STARTTLS"

    def __init__(self, options: SmtpOptions, wire: MailWire, facts: dict[str, Any]) -> None:
        super().__init__(wire, facts)
        self._options = options

    async def greet(self) -> bytes:
        return b" ".join(await self.accepted("the greeting"))

    async def ask_capabilities(self) -> list[bytes]:
        await self.wire.say("EHLO", self._options.helo or self.wire.local_literal)
        return (await self.accepted("EHLO"))[1:]

    async def begin_tls(self) -> None:
        await self.wire.say("STARTTLS")
        await self.accepted("STARTTLS")

    async def login(self, account: Account) -> None:
        known = [line.replace("=", " ").split() for line in self.capabilities]
        offered = {name for words in known if words[:1] == ["AUTH"] for name in words[1:]}
        if "PLAIN" in offered:
            await self.wire.say("AUTH PLAIN", self.plain(account))
        elif "LOGIN" in offered:
            await self.wire.say("AUTH LOGIN")
            for part in (account.user, account.password):
                await self.accepted("the login", 3)
                await self.wire.say(self.encoded(part))
        elif offered:
            raise OwnFault(
                Reason.TASK_ERROR,
                f"the target wants a login by {' or '.join(sorted(offered))[:100]}, which the "
                "monitor does not know",
            )
        else:
            raise TargetDown("the target offers no login")
        await self.accepted("the login")

    async def ask(self, trace: Trace) -> str:
        """Announce a message, until it is accepted or refused."""
        sender, recipient = self._options.mail_from, self._options.rcpt_to
        if not (sender or recipient):
            return ""
        with trace.enter("envelope"):
            await self.wire.say(f"MAIL FROM:<{sender}>")
            code, lines = await self.reply()
            if code < 400 and recipient:
                await self.wire.say(f"RCPT TO:<{recipient}>")
                code, lines = await self.reply()
        return f"to the message it says {code} {self._words(lines)}"

    async def accepted(self, what: str, kind: int = 2) -> list[bytes]:
        """Return the lines of a reply of the wanted kind. Raises Unaccepted for any other."""
        code, lines = await self.reply()
        if code // 100 != kind:
            said = f"{what} was answered with {code} {self._words(lines)}".rstrip()
            raise Unaccepted(code, said)
        return lines

    async def reply(self) -> tuple[int, list[bytes]]:
        """Return the code and the lines of a reply."""
        lines: list[bytes] = []
        while len(lines) < LINES_LIMIT:
            found = _REPLY.fullmatch(await self.wire.line(LINE_LIMIT))
            if found is None:
                raise TargetDown("not a valid answer of an SMTP server")
            lines.append(found[3] or b"")
            if found[2] != b"-":
                self.facts["code"] = int(found[1])
                return self.facts["code"], lines
        raise TargetDown("the target sent an answer without an end")

    def _words(self, lines: list[bytes]) -> str:
        return self.wire.words(b" ".join(lines))


KIND = Kind(
    name="smtp",
    schemes=("smtp", "smtps"),
    summary="Talk with a mail server; perhaps log in, or ask whether it would take a message.",
    example="smtp://mail.example.com:587",
    options=SmtpOptions,
    prepare=prepare,
    facts=Names(
        (
            Name(
                "code",
                Type.NUMBER,
                "the code of the last reply, that to QUIT aside: 220, 250, 550 ...",
                also=("status", "status_code", "reply"),
            ),
            *FACTS,
        )
    ),
    expect=("code in 200..299",),
)
