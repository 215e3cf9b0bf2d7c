"""What SMTP, IMAP and POP3 have in common: greeting, capabilities, STARTTLS, login, goodbye.

Phases: `resolve`, `connect`, `tls`, `greeting`, `capabilities`, `starttls`, `login`, what the
protocol adds, and `goodbye`.

When a password may be sent is decided here and nowhere else. Over TLS always; its certificate is
verified unless the operator says `verify=false`, also with `starttls=auto`, because a password
given to anybody is no secret. Without TLS only with `plaintext_login=true`, and then

* `starttls=never` with a password can never work, so the task is refused (InvalidTask);
* with `starttls=auto` the operator did not say that the target must offer TLS. Maybe it never
  did, maybe somebody between us hides it: it is our choice not to go on, so that is an own fault
  and no claim about the target;
* with `starttls=required` the target fails what was asked of it, with a password or without.
"""

import base64
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Type
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.account import Account, LoginOptions, check_text, read_account
from monitor.probes.secure import CERTIFICATE, TlsOptions, certificate_facts
from monitor.probes.target import Url
from monitor.probes.threads import part_of_time_left
from monitor.probes.wire import Wire

LINE_LIMIT = 8 * 1024
"""Bytes of a line; the longest that these protocols allow are those of IMAP (RFC 7162, 4)."""

LINES_LIMIT = 1000
"""Lines of one answer."""

GOODBYE_S = 1.0
"""How long the answer to our goodbye is waited for: for its manners, not for its contents."""

_CAPABILITIES_KEPT = 200


@attrs.frozen(kw_only=True)
class MailOptions(LoginOptions):
    """How to log in."""

    starttls: Annotated[
        str,
        Meta(
            pattern="^(auto|required|never)$",
            description="auto (TLS if the target offers it), required, or never",
        ),
    ] = "auto"
    plaintext_login: Annotated[
        bool, Meta(description="whether the password may be sent without TLS")
    ] = False


FACTS = (
    Name("greeting", Type.TEXT, "what the target says first", also=("banner", "answer", "body")),
    Name(
        "capabilities",
        Type.LIST,
        "what it can do, as texts in upper case, as said last before the login",
        also=("extensions", "features"),
    ),
    *CERTIFICATE,
)


class MailWire(Wire):
    """A connection to a mail server."""

    _hidden: tuple[str, ...] = ()

    async def start_tls(self, options: TlsOptions, trace: Trace) -> None:
        """Go on with TLS as every Wire does, and find out about the certificate."""
        goodbye, self.goodbye = self.goodbye, b""  # nothing can be said if the handshake fails
        await super().start_tls(options, trace)
        self.goodbye = goodbye
        if self._secured is not None:
            trace.facts["certificate"] = certificate_facts(self._secured)

    @property
    def local_literal(self) -> str:
        """Our own address as SMTP writes it, `[192.0.2.1]` (RFC 5321, 4.1.3)."""
        address = str(self._plain.socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def hide(self, text: str) -> None:
        """Remember another form of the password that must not be repeated."""
        self._hidden += (text,)

    def words(self, said: bytes) -> str:
        """Return what the target said as one line that may be shown, without our password."""
        for hidden in self._hidden:
            said = said.replace(hidden.encode(), b"***")
        return super().words(said)

    async def say(self, *words: str) -> None:
        """Send a line."""
        await self.send(" ".join(words).encode() + b"\r\n")

    async def leave(self) -> None:
        """Say goodbye and hear the answer, for GOODBYE_S or half the time left at most."""
        goodbye, self.goodbye = self.goodbye, b""
        with trio.move_on_at(min(trio.current_time() + GOODBYE_S, part_of_time_left(0.5))):
            with contextlib.suppress(TargetDown):
                await self.send(goodbye)
                await self.line(LINE_LIMIT)


class MailServer(ABC):
    """The client's side of a mail protocol. Its methods raise TargetDown for what is refused."""

    goodbye: ClassVar[bytes]
    starttls: ClassVar[str]
    """The name of the capability."""

    def __init__(self, wire: MailWire, facts: dict[str, Any]) -> None:
        self.wire = wire
        self.facts = facts
        self.capabilities: list[str] = []

    @abstractmethod
    async def greet(self) -> bytes:
        """Hear the greeting."""

    @abstractmethod
    async def ask_capabilities(self) -> list[bytes]:
        """Ask what the server can do."""

    @abstractmethod
    async def begin_tls(self) -> None:
        """Ask the server to go on with TLS."""

    @abstractmethod
    async def login(self, account: Account) -> None:
        """Log in; that the password may be sent was decided before."""

    @abstractmethod
    async def ask(self, trace: Trace) -> str:
        """Do what the options ask for after the login, and return what came of it."""

    def plain(self, account: Account) -> str:
        """Return the one message of SASL PLAIN (RFC 4616); it is never shown."""
        return self.encoded(f"\0{account.user}\0{account.password}")

    def encoded(self, text: str) -> str:
        """Return a part of a login as SASL sends it; it is never shown."""
        message = base64.b64encode(text.encode()).decode()
        self.wire.hide(message)
        return message


def mail_probe(
    url: Url,
    options: MailOptions,
    account: Account,
    client: Callable[[MailWire, dict[str, Any]], MailServer],
) -> Probe:
    """Make a probe that is UP when the target let us in and nothing was refused."""
    implicit = url.scheme.endswith("s")

    async def look(trace: Trace) -> Result:
        tls = options if implicit else None
        async with await MailWire.open(url, trace, tls, account.secret) as wire:
            server = client(wire, trace.facts)
            greeting = await begin(server, options, account, trace)
            said = await server.ask(trace)
            with trace.enter("goodbye"):
                await wire.leave()
        told = [
            greeting.rstrip(" .") or "an empty greeting",
            "logged in" if account.user else "",
            said,
        ]
        return Result(status=Status.UP, detail=", ".join(filter(None, told)))

    return look


async def begin(server: MailServer, options: MailOptions, account: Account, trace: Trace) -> str:
    """Go as far as the login, and return the greeting; from then on we leave with a goodbye."""
    wire = server.wire
    with trace.enter("greeting"):
        greeting = wire.words(await server.greet())
        trace.facts["greeting"] = greeting
    wire.goodbye = server.goodbye
    await _find_out(server, trace)
    if _wants_tls(server, options):
        with trace.enter("starttls"):
            await server.begin_tls()
        await wire.start_tls(options, trace)
        await _find_out(server, trace)
    if account.user:
        _refuse_plaintext(server, options)
        with trace.enter("login"):
            await server.login(account)
    return greeting


async def _find_out(server: MailServer, trace: Trace) -> None:
    with trace.enter("capabilities"):
        found = [server.wire.words(said).upper() for said in await server.ask_capabilities()]
        server.capabilities = found[:_CAPABILITIES_KEPT]
        trace.facts["capabilities"] = server.capabilities


def _wants_tls(server: MailServer, options: MailOptions) -> bool:
    """Say whether to go on with TLS. Raises TargetDown if it is required, but not offered."""
    if server.wire.encrypted or options.starttls == "never":
        return False
    offered = server.starttls in server.capabilities
    if options.starttls == "required" and not offered:
        raise TargetDown(f"the target does not offer {server.starttls}")
    return offered


def _refuse_plaintext(server: MailServer, options: MailOptions) -> None:
    if not (server.wire.encrypted or options.plaintext_login):
        raise OwnFault(
            Reason.TASK_ERROR,
            f"the password was not sent, because the target does not offer {server.starttls}; "
            "set starttls=required if it must, or plaintext_login=true",
        )


def read_mail_account(url: Url, options: MailOptions) -> Account:
    """Return who logs in.

    Raises:
        InvalidTask: half of it is missing, it cannot be sent in a line, or may never be sent.
    """
    account = read_account(url, options)
    implicit = url.scheme.endswith("s")
    if implicit and options.starttls != "auto":
        raise InvalidTask(
            "option starttls", f"means nothing with {url.scheme}, where TLS comes first"
        )
    check_line("option user", account.user)
    check_line("option password", account.password)
    if bool(account.user) != bool(account.password):
        missing = "password" if account.user else "user"
        raise InvalidTask(f"option {missing}", "is missing; a login needs a user and a password")
    if account.user and options.starttls == "never" and not options.plaintext_login:
        raise InvalidTask(
            "option starttls",
            "never lets the password be sent without TLS; remove it, or set plaintext_login=true",
        )
    return account


def check_line(field: str, text: str) -> None:
    """Raise InvalidTask if a text would not stay within its line."""
    check_text(field, text)
    if "\r" in text or "\n" in text:
        raise InvalidTask(field, "contains the end of a line")
