"""Look into a mailbox by IMAP: `imaps://user:password@mail.example.com/INBOX`.

Phases: those of `mail`, and `mailbox`. The mailbox is asked about by STATUS: SELECT would change
it (its messages would be no longer recent), and does not count what is unseen.
"""

import re
from functools import partial
from typing import Any

import attrs

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Reason
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.account import Account, read_name
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

_CODE = re.compile(rb"\A\[[^]]*\] ?")
"""What a server says in front of its words, mostly its capabilities."""

_LITERAL = re.compile(rb"\{([0-9]{1,9})\+?\}\Z")
_LITERAL_LIMIT = 64 * 1024
_COUNTS = re.compile(rb"(?i)\* STATUS .*\(([^()]*)\) ?", re.DOTALL)
_COUNT = re.compile(rb"(?i)(MESSAGES|RECENT|UNSEEN) ([0-9]{1,15})\b")


@attrs.frozen(kw_only=True)
class ImapOptions(MailOptions):
    """How to log in; the mailbox is named in the target."""


def prepare(target: str, options: ImapOptions) -> Probe:
    """Make a probe that is UP when nothing was refused.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 993 if target.lower().startswith("imaps:") else 143)
    mailbox = read_name(url)
    account = read_mail_account(url, options)
    check_line("target", mailbox)
    if not mailbox.isascii():
        raise InvalidTask(
            "target", "has a mailbox with other letters than ASCII; write it in modified UTF-7"
        )
    if mailbox and not account.user:
        raise InvalidTask("option user", "is missing; a mailbox belongs to somebody who logs in")
    return mail_probe(url, options, account, partial(Imap, mailbox))


class Imap(MailServer):
    """A client of IMAP (RFC 3501, RFC 9051)."""

    goodbye = b"bye LOGOUT\r\n"
    starttls = "STARTTLS"

    def __init__(self, mailbox: str, wire: MailWire, facts: dict[str, Any]) -> None:
        super().__init__(wire, facts)
        self._mailbox = mailbox
        self._sent = 0

    async def greet(self) -> bytes:
        star, _, rest = (await self._line()).partition(b" ")
        status, _, words = rest.partition(b" ")
        if star != b"*" or status.upper() not in (b"OK", b"PREAUTH", b"BYE"):
            raise TargetDown("not a valid answer of an IMAP server")
        if status.upper() == b"BYE":
            raise TargetDown(f"the target wants nobody: {self.wire.words(words)}")
        return _CODE.sub(b"", words)

    async def ask_capabilities(self) -> list[bytes]:
        lines = await self._command("CAPABILITY")
        return [
            word
            for line in lines
            if line.upper().startswith(b"* CAPABILITY ")
            for word in line.split()[2:]
        ]

    async def begin_tls(self) -> None:
        await self._command("STARTTLS")

    async def login(self, account: Account) -> None:
        if "AUTH=PLAIN" in self.capabilities:
            await self._command("AUTHENTICATE PLAIN", then=self.plain(account))
        elif "LOGINDISABLED" in self.capabilities:
            raise OwnFault(
                Reason.TASK_ERROR, "the target allows no login here that the monitor knows"
            )
        else:
            await self._command("LOGIN", quoted(account.user), quoted(account.password))

    async def ask(self, trace: Trace) -> str:
        """Find out how many messages there are in the mailbox."""
        if not self._mailbox:
            return ""
        with trace.enter("mailbox"):
            lines = await self._command("STATUS", quoted(self._mailbox), "(MESSAGES RECENT UNSEEN)")
            for found in filter(None, map(_COUNTS.fullmatch, lines)):
                for name, number in _COUNT.findall(found[1]):
                    self.facts[name.decode().lower()] = int(number)
            if not {"messages", "unseen"} <= self.facts.keys():
                raise TargetDown("not a valid answer of an IMAP server")
        messages = counted(self.facts["messages"], "message")
        unseen = counted(self.facts["unseen"], "unseen", "unseen")
        return f"{self.wire.words(self._mailbox.encode())} has {messages}, {unseen}"

    async def _command(self, *words: str, then: str = "") -> list[bytes]:
        """Give a command and return what the server says until it is done.

        `then` is sent when the server asks for the rest of it.
        """
        self._sent += 1
        tag = f"a{self._sent}"
        await self.wire.say(tag, *words)
        lines: list[bytes] = []
        while len(lines) < LINES_LIMIT:
            line = await self._line()
            first, _, rest = line.partition(b" ")
            status, _, said = rest.partition(b" ")
            match first.decode("latin-1"), status.upper():
                case "*", b"BYE":
                    raise TargetDown(f"the target hung up: {self.wire.words(said)}")
                case "*", _:
                    lines.append(line)
                case "+", _ if then:
                    await self.wire.say(then)
                    then = ""
                case found, b"OK" if found == tag:
                    return lines
                case found, b"NO" | b"BAD" if found == tag:
                    command = words[0].partition(" ")[0]
                    raise TargetDown(f"{command} was refused: {self.wire.words(said)}")
                case _:
                    raise TargetDown("not a valid answer of an IMAP server")
        raise TargetDown("the target sent an answer without an end")

    async def _line(self) -> bytes:
        """Return a line with the literals in it, which may contain ends of lines."""
        line = await self.wire.line(LINE_LIMIT)
        while found := _LITERAL.search(line):
            size = int(found[1])
            if len(line) + size > _LITERAL_LIMIT:
                raise TargetDown(f"the target sent a line of more than {_LITERAL_LIMIT} bytes")
            literal = await self.wire.take(size)
            line = line[: found.start()] + literal + await self.wire.line(LINE_LIMIT)
        return line


def quoted(text: str) -> str:
    """Write a quoted string; the caller has checked that there is no end of line in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


KIND = Kind(
    name="imap",
    schemes=("imap", "imaps"),
    summary="Talk with an IMAP server; perhaps log in and count the messages of a mailbox.",
    example="imaps://user:password@mail.example.com/INBOX",
    options=ImapOptions,
    prepare=prepare,
    facts=Names(
        (
            Name("messages", Type.NUMBER, "how many messages there are", also=("count", "exists")),
            Name("recent", Type.NUMBER, "how many of them no client has heard of"),
            Name("unseen", Type.NUMBER, "how many of them were not read", also=("unread",)),
            *FACTS,
        )
    ),
)
