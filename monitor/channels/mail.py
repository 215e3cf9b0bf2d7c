"""Send mail: `mailtos://user:password@smtp.example.com?to=ops@example.com&from=monitor@example.com`.

`mailtos:` speaks TLS from the first byte (port 465). `mailto:` begins in plain text (port 587 with
a user, else 25) and goes on with TLS where the server offers it; with a user it must, because a
password is not sent in plain text, and certificates are always verified. A relay of your own
without a valid certificate can be told `starttls=never` if nobody logs in.

A letter has a text and an HTML part. Letters of one incident are one thread in mail programs, the
`Message-ID` is the same each time a letter is tried again, and `Auto-Submitted` keeps machines from
answering. For filters there are `List-Id`, `X-Monitor-Channel`, `X-Monitor-Kind` (`down`, `up`,
`digest` ...), `X-Monitor-Severity` and `X-Monitor-Task`.

If the server takes some recipients and refuses others for now, only the others are tried again.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import attrs
from msgspec import Meta

from monitor.channels.family import Family
from monitor.channels.letter import Envelope, write_letter
from monitor.channels.mailaddress import read_address, read_addresses
from monitor.channels.options import NetworkOptions
from monitor.channels.redaction import Redaction
from monitor.channels.submission import Submission
from monitor.channels.templates import Template, TemplateFailed
from monitor.core.alerts.notices import InvalidChannel, Message, NotDelivered, Send
from monitor.core.probing import OwnFault, Refused, TargetDown, Trace
from monitor.probes.account import Account
from monitor.probes.mail import MailOptions, MailWire, begin, check_line, read_mail_account
from monitor.probes.options import did_you_mean
from monitor.probes.smtp import SmtpOptions, Unaccepted
from monitor.probes.target import Url, parse_url

_PARAMETERS = {"to": "to", "from": "sender", "reply_to": "reply_to"}
"""What may stand behind the ? of the address -> the option that says the same."""

_LOGIN_REFUSED = {530, 534, 535, 538}
"""RFC 4954: a login is needed, too weak, wrong, or needs TLS."""

_KEPT = 100
"""Messages whose recipients so far are remembered until all have it."""


@attrs.frozen(kw_only=True)
class ChannelMailOptions(NetworkOptions):
    """To whom, and how to log in."""

    to: Annotated[
        str | list[str], Meta(description="who gets it, if the address does not say; several by ,")
    ] = ""
    sender: Annotated[
        str,
        Meta(
            description="from whom it is, if the address does not say; else the user, if it is one"
        ),
    ] = ""
    sender_name: Annotated[str, Meta(description="the name in front of that")] = "monitor"
    reply_to: Annotated[str, Meta(description="where answers shall go")] = ""
    user: Annotated[str, Meta(description="who logs in, if the address does not say")] = ""
    password: Annotated[str, Meta(description="the password, if the address does not say")] = (
        attrs.field(default="", repr=False)
    )
    starttls: Annotated[
        Literal["auto", "required", "never"],
        Meta(description="auto (where it is offered, and required with a user), required, never"),
    ] = "auto"
    helo: Annotated[
        str, Meta(description="how to introduce ourselves; our address if nothing is said")
    ] = ""
    html_template: Annotated[
        str, Meta(description="a template of the HTML part; what is put in is escaped")
    ] = ""


@attrs.frozen(kw_only=True)
class Office:
    """A mail server that takes letters from us; what it shows holds no secrets."""

    sender: str
    reply_to: str
    to: tuple[str, ...]
    """Whom the address names; may be empty."""
    _url: Url = attrs.field(repr=False)
    _login: MailOptions = attrs.field(repr=False)
    _account: Account = attrs.field(repr=False)
    _helo: SmtpOptions

    async def deliver(self, recipients: Sequence[str], letter: bytes) -> Mapping[str, NotDelivered]:
        """Hand a letter over; return those whom the server refused, and why.

        Raises:
            NotDelivered: it took the letter for nobody.
        """
        redaction = Redaction([self._account.secret])
        try:
            refused = await self._deliver(recipients, letter)
        except Refused as error:
            raise NotDelivered(redaction.words(str(error), 400), permanent=True) from None
        except Unaccepted as error:
            raise _not_delivered(redaction, [error]) from None
        except (TargetDown, OwnFault) as error:
            raise NotDelivered(redaction.words(str(error), 400)) from None
        return {name: _not_delivered(redaction, [error]) for name, error in refused.items()}

    async def _deliver(self, recipients: Sequence[str], letter: bytes) -> Mapping[str, Unaccepted]:
        trace = Trace()
        tls = self._login if self._url.scheme == "mailtos" else None
        async with await MailWire.open(self._url, trace, tls, self._account.secret) as wire:
            server = Submission(self._helo, wire, trace.facts)
            await begin(server, self._login, self._account, trace)
            refused = await server.hand_over(self.sender, recipients, letter)
            await wire.leave()
            return refused


def open_office(url: str, options: ChannelMailOptions) -> Office:
    """Make ready what hands letters over. No I/O.

    Raises:
        InvalidChannel, InvalidTask: naming what is wrong.
    """
    parsed = parse_url(url.strip(), 465 if url.strip().lower().startswith("mailtos:") else 25)
    if parsed.path not in ("", "/"):
        raise InvalidChannel("url", "has a path; write recipients as ?to=ops@example.com")
    said = _parameters(parsed.query)
    login = _login(options, parsed)
    account = read_mail_account(parsed, login)
    if account.user and parsed.port == 25 and not _names_port(url):
        parsed = attrs.evolve(parsed, port=587)
    both = _both(options, said)
    sender = both["sender"] or (account.user if "@" in account.user else "")
    if not sender:
        raise InvalidChannel("option sender", "is missing; write &from=monitor@example.com")
    check_line("option helo", options.helo)
    return Office(
        sender=read_address("option sender", sender),
        reply_to=read_address("option reply_to", both["reply_to"]) if both["reply_to"] else "",
        to=read_addresses("option to", both["to"]) if both["to"] else (),
        url=parsed,
        login=login,
        account=account,
        helo=SmtpOptions(helo=options.helo),
    )


def prepare(url: str, options: ChannelMailOptions) -> Send:
    """Make a sender.

    Raises:
        InvalidChannel, InvalidTask: naming what is wrong.
    """
    office = open_office(url, options)
    if not office.to:
        raise InvalidChannel("option to", "is missing; write ?to=ops@example.com")
    check_line("option sender_name", options.sender_name)
    envelope = Envelope(
        sender=office.sender,
        sender_name=options.sender_name,
        to=office.to,
        reply_to=office.reply_to,
    )
    template = (
        Template.read("html_template", options.html_template, html=True)
        if options.html_template
        else None
    )
    had: OrderedDict[str, frozenset[str]] = OrderedDict()

    async def send(message: Message) -> None:
        letter = write_letter(envelope, message, _html(template, message))
        open_to = [one for one in envelope.to if one not in had.get(message.key, ())]
        refused = await office.deliver(open_to, letter)
        if not refused:
            had.pop(message.key, None)
            return
        had[message.key] = frozenset(envelope.to) - set(refused)
        while len(had) > _KEPT:
            had.popitem(last=False)
        raise _all_of(list(refused.values()))

    return send


def _all_of(errors: Sequence[NotDelivered]) -> NotDelivered:
    """Return refusals as one: worth another attempt as long as one of them is for now only."""
    told = "; ".join(map(str, errors))[:400]
    return NotDelivered(told, permanent=all(error.permanent for error in errors))


def _not_delivered(redaction: Redaction, errors: Sequence[Unaccepted]) -> NotDelivered:
    """Judge refusals: worth another attempt as long as one of them is for now only.

    A login that is refused is: somebody mends the password, and no alert was lost meanwhile.
    """
    told = redaction.words("; ".join(map(str, errors)), 400)
    final = all(error.code >= 500 and error.code not in _LOGIN_REFUSED for error in errors)
    return NotDelivered(told, permanent=final)


def _html(template: Template | None, message: Message) -> str | None:
    if template is None:
        return None
    try:
        return template.render(message)
    except TemplateFailed:
        return None  # our own page says all of it


def _login(options: ChannelMailOptions, url: Url) -> MailOptions:
    starttls = options.starttls
    has_user = bool(url.user or options.user)
    if has_user and starttls == "never" and url.scheme == "mailto":
        raise InvalidChannel(
            "option starttls", "never would send the password in plain text; remove it"
        )
    if has_user and starttls == "auto" and url.scheme == "mailto":
        starttls = "required"
    return MailOptions(
        ca_file=options.ca_file,
        client_certificate=options.client_certificate,
        client_key=options.client_key,
        user=options.user,
        password=options.password,
        starttls=starttls,
    )


def _both(options: ChannelMailOptions, said: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said in the address or in an option, but not in both."""
    both: dict[str, Any] = {}
    for option in _PARAMETERS.values():
        here = getattr(options, option)
        if here and option in said:
            raise InvalidChannel(f"option {option}", "is given in the address too; keep one")
        both[option] = here or said.get(option, "")
    return both


def _parameters(query: str) -> dict[str, str]:
    """Read `to=a@b&from=c@d`; a + is one, not a space as in forms."""
    said = {}
    for part in filter(None, query.split("&")):
        name, _equals, value = part.partition("=")
        if name not in _PARAMETERS:
            guess = did_you_mean(name, _PARAMETERS)
            raise InvalidChannel(
                "url",
                f"has an unknown parameter {name[:40]!r}{guess}; there are: to, from, reply_to",
            )
        said[_PARAMETERS[name]] = unquote(value)
    return said


def _names_port(url: str) -> bool:
    host = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return host.rpartition("]")[2].find(":") >= 0 if host.startswith("[") else ":" in host


FAMILY = Family(
    name="mail",
    schemes=("mailto", "mailtos"),
    summary="Send mail through an SMTP server.",
    example="mailtos://user:password@smtp.example.com?to=ops@example.com&from=me@example.com",
    options=ChannelMailOptions,
    prepare=prepare,
)
