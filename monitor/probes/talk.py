"""A connection that begins in plain text and may go on with TLS, whose handshake is looked at."""

from collections.abc import Awaitable, Callable
from functools import partial
from xml.sax.saxutils import quoteattr

import trio

from monitor.assertions import Name, Type
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes.certificate import CERTIFICATE
from monitor.probes.explain import explain
from monitor.probes.imap import Imap
from monitor.probes.mail import LINE_LIMIT, LINES_LIMIT, MailServer, MailWire
from monitor.probes.mywire import MyWire
from monitor.probes.options import did_you_mean
from monitor.probes.pgwire import PgWire
from monitor.probes.pop3 import Pop3
from monitor.probes.secure import TlsOptions
from monitor.probes.smtp import Smtp, SmtpOptions

TLS_FACTS = (
    *CERTIFICATE,
    Name(
        "protocol",
        Type.TEXT,
        'the version that was agreed on, such as `"TLSv1.3"`',
        also=("tls_version", "version"),
    ),
    Name(
        "cipher",
        Type.TEXT,
        'the cipher that was agreed on, such as `"TLS_AES_256_GCM_SHA384"`',
        also=("cipher_suite",),
    ),
    Name("alpn", Type.TEXT, "the protocol that the target has chosen of those offered, or `null`"),
)
"""What a handshake finds."""

_BLOCK_LIMIT = 64 * 1024
"""Bytes of one message that is no line; servers say no more before TLS."""

_XMPP = {"xmpp": "jabber:client", "xmpp-server": "jabber:server"}
_XMPP_ENDS = (b"</stream:features>", b"<stream:features/>", b"</stream:error>", b"</stream:stream>")
_XMPP_TLS = "urn:ietf:params:xml:ns:xmpp-tls"

_LDAP_TLS = b"1.3.6.1.4.1.1466.20037"


class Talk(MailWire):
    """A connection on which everything may be said."""

    @property
    def host(self) -> str:
        """The host as the target names it."""
        return self._host

    @property
    def stream(self) -> trio.abc.Stream:
        """What is spoken over now; what `line` and `take` have read too much is not in it."""
        return self._stream

    async def start_tls(self, options: TlsOptions, trace: Trace) -> None:
        """Go on with TLS as every Wire does, and put what it found into the facts."""
        await super().start_tls(options, trace)
        if self._secured is not None:
            cipher = self._secured.cipher()
            trace.facts |= {
                "protocol": str(self._secured.version()),
                "cipher": cipher[0] if cipher else None,
                "alpn": self._secured.selected_alpn_protocol(),
            }

    async def hear(self, most: int) -> bytes:
        """Return some of what comes next, at most so many bytes; nothing if that was all."""
        if self._unread:
            taken = bytes(self._unread[:most])
            del self._unread[:most]
            return taken
        try:
            return bytes(await self._stream.receive_some(most))
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error

    async def until(self, end: bytes) -> bytes:
        """Return what comes up to that end, and the end.

        Raises:
            TargetDown: it does not come within 64 KiB.
        """
        while (at := self._unread.find(end)) < 0:
            if len(self._unread) > _BLOCK_LIMIT:
                raise TargetDown(f"the target sent more than {_BLOCK_LIMIT // 1024} KiB at once")
            await self._read_more()
        return await self.take(at + len(end))


# --- the ways into TLS ----------------------------------------------------------------------------


async def _mail(server: Callable[[Talk], MailServer], talk: Talk, _name: str) -> None:
    mail = server(talk)
    await mail.greet()
    mail.capabilities = [talk.words(said).upper() for said in await mail.ask_capabilities()]
    if mail.starttls not in mail.capabilities:
        raise TargetDown(f"the target does not offer {mail.starttls}")
    await mail.begin_tls()


async def _ftp(talk: Talk, _name: str) -> None:
    """RFC 4217, 4."""
    await _reply(talk, b"220", "the greeting")
    await talk.say("AUTH TLS")
    await _reply(talk, b"234", "AUTH TLS")


async def _nntp(talk: Talk, _name: str) -> None:
    """RFC 4642, 2.2."""
    await _reply(talk, b"20", "the greeting")
    await talk.say("STARTTLS")
    await _reply(talk, b"382", "STARTTLS")


async def _reply(talk: Talk, wanted: bytes, what: str) -> None:
    """Read a reply of one or more lines, as FTP has them."""
    first = line = await talk.line(LINE_LIMIT)
    count = 0
    while first[3:4] == b"-" and not line.startswith(first[:3] + b" "):
        line = await talk.line(LINE_LIMIT)
        count += 1
        if count > LINES_LIMIT:
            raise TargetDown("the target sent an answer without an end")
    if not first.startswith(wanted):
        raise TargetDown(f"{what} was answered with {talk.words(line)}".rstrip())


async def _sieve(talk: Talk, _name: str) -> None:
    """RFC 5804, 2.2."""
    await _until_ok(talk, "the greeting")
    await talk.say("STARTTLS")
    await _until_ok(talk, "STARTTLS")


async def _until_ok(talk: Talk, what: str) -> None:
    for _ in range(LINES_LIMIT):
        line = await talk.line(LINE_LIMIT)
        if line[:2].upper() == b"OK":
            return
        if line[:2].upper() in (b"NO", b"BY"):
            raise TargetDown(f"{what} was answered with {talk.words(line)}")
    raise TargetDown("the target sent an answer without an end")


async def _ldap(talk: Talk, _name: str) -> None:
    """RFC 4511, 4.14."""
    request = b"\x80" + bytes([len(_LDAP_TLS)]) + _LDAP_TLS
    message = b"\x02\x01\x01\x77" + bytes([len(request)]) + request
    await talk.send(b"\x30" + bytes([len(message)]) + message)
    tag, length = await talk.take(2)
    if tag != 0x30:
        raise TargetDown("not an LDAP server")
    if length & 0x80:
        length = int.from_bytes(await talk.take(min(length & 0x7F, 8)), "big")
    if length > _BLOCK_LIMIT:
        raise TargetDown("not an LDAP server")
    answer = await talk.take(length)
    # The message's number, the extended response, and in it the result's code.
    _id, response, rest = answer[:3], answer[3:4], answer[4:]
    skipped = 1 + (rest[0] & 0x7F if rest and rest[0] & 0x80 else 0)
    if response != b"\x78" or rest[skipped : skipped + 2] != b"\x0a\x01":
        raise TargetDown("not an LDAP server")
    code = rest[skipped + 2 : skipped + 3]
    if code != b"\0":
        raise TargetDown(f"STARTTLS was refused with the result {int.from_bytes(code, 'big')}")


async def _xmpp(namespace: str, talk: Talk, name: str) -> None:
    """RFC 6120, 5."""
    await talk.send(
        f"<?xml version='1.0'?><stream:stream to={quoteattr(name)} xmlns='{namespace}' "
        "version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>".encode()
    )
    said = bytearray()
    while not said.endswith(_XMPP_ENDS):
        said += await talk.until(b">")
        if len(said) > _BLOCK_LIMIT:
            raise TargetDown("not an XMPP server")
    if _XMPP_TLS.encode() not in said:
        raise TargetDown(f"the target does not offer STARTTLS: {talk.words(bytes(said))}")
    await talk.send(f"<starttls xmlns='{_XMPP_TLS}'/>".encode())
    if b"<proceed" not in (answer := await talk.until(b">")):
        raise TargetDown(f"STARTTLS was answered with {talk.words(answer)}")


async def _postgresql(talk: Talk, _name: str) -> None:
    if not await PgWire(talk).offers_tls():
        raise TargetDown("the server does not offer TLS")


_WAYS: dict[str, Callable[[Talk, str], Awaitable[None]]] = {
    "smtp": partial(_mail, lambda talk: Smtp(SmtpOptions(), talk, {})),
    "imap": partial(_mail, lambda talk: Imap("", talk, {})),
    "pop3": partial(_mail, lambda talk: Pop3(False, talk, {})),
    "ftp": _ftp,
    "nntp": _nntp,
    "sieve": _sieve,
    "ldap": _ldap,
    "postgresql": _postgresql,
    **{name: partial(_xmpp, namespace) for name, namespace in _XMPP.items()},
}

STARTTLS = (*_WAYS, "mysql")
"""The protocols that are known to `begin_tls`."""


def check_starttls(protocol: str) -> None:
    """Refuse a protocol that is not known.

    Raises:
        InvalidTask: with a guess.
    """
    if protocol and protocol not in STARTTLS:
        guess = did_you_mean(protocol, STARTTLS)
        raise InvalidTask(
            "option starttls", f"{protocol!r} is not known{guess}; there are: {', '.join(STARTTLS)}"
        )


async def begin_tls(talk: Talk, protocol: str, options: TlsOptions, trace: Trace) -> None:
    """Ask for TLS as that protocol does, in phase `starttls`, and go on with it in phase `tls`.

    Without a protocol TLS begins with the first byte.

    Raises:
        TargetDown: TLS is not offered or refused, or the handshake failed.
        OwnFault: as `secure` does.
    """
    if protocol == "mysql":
        server = MyWire(talk, "")
        with trace.enter("starttls"):
            await server.greet()
            if not server.offers_tls:
                raise TargetDown("the server does not offer TLS")
        await server.start_tls(options, trace)
        return
    if protocol:
        with trace.enter("starttls"):
            await _WAYS[protocol](talk, options.server_name or talk.host)
    await talk.start_tls(options, trace)
