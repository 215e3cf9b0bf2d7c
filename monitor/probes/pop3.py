"""Look into a mailbox by POP3: `pop3s://user:password@mail.example.com`.

Phases: those of `mail`, and `stat` after a login.
"""

import re
from functools import partial
from typing import Any

import attrs

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.probing import Probe, TargetDown, Trace
from monitor.probes.account import Account, refuse_name
from monitor.probes.kind import Kind
from monitor.probes.mail import (
    FACTS,
    LINE_LIMIT,
    LINES_LIMIT,
    MailOptions,
    MailServer,
    MailWire,
    mail_probe,
    read_mail_account,
)
from monitor.probes.target import parse_url

_STAT = re.compile(rb"([0-9]{1,15}) ([0-9]{1,15})(?: .*)?", re.DOTALL)


@attrs.frozen(kw_only=True)
class Pop3Options(MailOptions):
    """How to log in; the rest is always the same."""


def prepare(target: str, options: Pop3Options) -> Probe:
    """Make a probe that is UP when nothing was refused.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 995 if target.lower().startswith("pop3s:") else 110)
    refuse_name(url)
    account = read_mail_account(url, options)
    return mail_probe(url, options, account, partial(Pop3, bool(account.user)))


class Pop3(MailServer):
    """A client of POP3 (RFC 1939)."""

    goodbye = b"QUIT\r\n"
    starttls = "STLS"

    def __init__(self, logs_in: bool, wire: MailWire, facts: dict[str, Any]) -> None:
        super().__init__(wire, facts)
        self._logs_in = logs_in

    async def greet(self) -> bytes:
        return await self._accepted("the greeting")

    async def ask_capabilities(self) -> list[bytes]:
        """Return what CAPA says (RFC 2449); servers that do not know it can do nothing special."""
        await self.wire.say("CAPA")
        well, _words = await self._reply()
        if not well:
            return []
        lines: list[bytes] = []
        while (line := await self.wire.line(LINE_LIMIT)) != b".":
            lines.append(line)
            if len(lines) > LINES_LIMIT:
                raise TargetDown("the target sent an answer without an end")
        return lines

    async def begin_tls(self) -> None:
        await self.wire.say("STLS")
        await self._accepted("STLS")

    async def login(self, account: Account) -> None:
        mechanisms = {
            name for line in self.capabilities if line.startswith("SASL ") for name in line.split()
        }
        if "PLAIN" in mechanisms and "USER" not in self.capabilities:
            await self.wire.say("AUTH PLAIN", self.plain(account))
        else:
            await self.wire.say("USER", account.user)
            await self._accepted("the user")
            await self.wire.say("PASS", account.password)
        await self._accepted("the login")

    async def ask(self, trace: Trace) -> str:
        """Find out how much there is in the mailbox."""
        if not self._logs_in:
            return ""
        with trace.enter("stat"):
            await self.wire.say("STAT")
            found = _STAT.fullmatch(await self._accepted("STAT"))
            if found is None:
                raise TargetDown("not a valid answer of a POP3 server")
            messages, size = int(found[1]), int(found[2])
            self.facts |= {"messages": messages, "size": size}
        return f"{counted(messages, 'message')}, {counted(size, 'byte')}"

    async def _accepted(self, what: str) -> bytes:
        well, words = await self._reply()
        if not well:
            said = self.wire.words(words)
            raise TargetDown(f"{what} was refused{said and ': '}{said}")
        return words

    async def _reply(self) -> tuple[bool, bytes]:
        status, _space, words = (await self.wire.line(LINE_LIMIT)).partition(b" ")
        if status not in (b"+OK", b"-ERR"):
            raise TargetDown("not a valid answer of a POP3 server")
        return status == b"+OK", words


KIND = Kind(
    name="pop3",
    schemes=("pop3", "pop3s"),
    summary="Talk with a POP3 server; perhaps log in and count the messages.",
    example="pop3s://user:password@mail.example.com",
    options=Pop3Options,
    prepare=prepare,
    facts=Names(
        (
            Name("messages", Type.NUMBER, "how many messages there are", also=("count",)),
            Name("size", Type.NUMBER, "how many bytes they have together"),
            *FACTS,
        )
    ),
)
