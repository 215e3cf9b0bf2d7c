"""A message as a letter: what mail programs need to show it, thread it and leave it unanswered.

Nothing that a task, a target or a template says can add a line to the headers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

import attrs
import markupsafe

from monitor import __version__
from monitor.channels.severity import Severity, last_words, worst_of
from monitor.core.alerts.notices import Message, Notice
from monitor.probes.explain import printable

_COLOURS = {
    Severity.GOOD: "#1a7f37",
    Severity.INFO: "#57606a",
    Severity.WARNING: "#bf8700",
    Severity.CRITICAL: "#cf222e",
}

_REFERENCES_KEPT = 20
"""Threads of a digest that it belongs to; the header grows with each."""

_QUOTED = frozenset('()<>[]:;@\\,."')
"""What stands in a name only between quotes (RFC 5322, 3.2.3)."""
_UNFOLDED = 40
"""Letters of a name and an address with which no header is folded, whatever must be quoted."""

# Seven bits, because a relay on the way may not know more, and lines that no server finds too long.
POLICY = policy.SMTP.clone(cte_type="7bit")


@attrs.frozen(kw_only=True)
class Envelope:
    """From whom to whom; addresses are checked and in ASCII."""

    sender: str
    sender_name: str
    to: tuple[str, ...]
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """The sender's part behind the @."""
        return self.sender.rpartition("@")[2]


def write_letter(envelope: Envelope, message: Message, html: str | None = None) -> bytes:
    """Return a letter ready to be sent, in lines that end with CR LF.

    Its Message-ID is the same at each attempt. All letters of an incident refer to one that was
    never sent, so that mail programs show them together, whichever of them arrived.
    """
    first = message.first
    list_name = f"{token(first.channel)}.monitor"
    letter = new_letter(envelope, message.key, message.title, list_name)
    threads = _references(message, envelope.domain)
    letter["In-Reply-To"] = threads[-1]
    letter["References"] = " ".join(threads)
    letter["X-Monitor-Channel"] = token(first.channel)
    letter["X-Monitor-Kind"] = first.kind.value if len(message.notices) == 1 else "digest"
    letter["X-Monitor-Severity"] = worst_of(message.notices).name.lower()
    if first.task_id is not None:
        letter["X-Monitor-Task"] = str(first.task_id)
    if worst_of(message.notices) is Severity.CRITICAL:
        letter["Importance"] = "high"
    letter.set_content(message.text + "\n")
    letter.add_alternative(html or html_of(message), subtype="html")
    return letter.as_bytes()


def new_letter(envelope: Envelope, key: str, subject: str, list_name: str) -> EmailMessage:
    """Return an empty letter with the headers that all of ours have.

    Args:
        key: names it in its Message-ID, at each attempt the same.
        list_name: what stands in its List-Id before the domain of the sender.
    """
    letter = EmailMessage(policy=POLICY)
    letter["From"] = address(envelope.sender, envelope.sender_name)
    letter["To"] = [address(one) for one in envelope.to]
    if envelope.reply_to:
        letter["Reply-To"] = address(envelope.reply_to)
    letter["Subject"] = printable(subject)
    letter["Date"] = format_datetime(datetime.now(UTC))
    letter["Message-ID"] = f"<{key}@{envelope.domain}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer
    letter["X-Auto-Response-Suppress"] = "All"
    letter["List-Id"] = f"<{list_name}.{envelope.domain}>"
    letter["User-Agent"] = f"sleepless-monitor/{__version__}"
    return letter


def html_of(message: Message) -> str:
    """Return a message as a small page; whatever is in it is escaped."""
    return markupsafe.Markup(
        '<!DOCTYPE html><html><body style="margin:0;font:15px/1.5 sans-serif">'
        '<div style="border-left:6px solid {};padding:8px 16px">'
        '<h2 style="margin:0 0 8px;font-size:18px">{}</h2>'
        '<div style="white-space:pre-wrap">{}</div></div></body></html>\n'
    ).format(_COLOURS[worst_of(message.notices)], message.title, message.text)


def _references(message: Message, domain: str) -> Sequence[str]:
    return [
        f"<{_thread(notice)}@{domain}>" for notice in last_words(message.notices)[:_REFERENCES_KEPT]
    ]


def _thread(notice: Notice) -> str:
    """Name a thread; with its time, because a monitor that begins anew counts from 1 again."""
    named = f"{notice.thread}\t{int(notice.since_at.timestamp())}"
    return f"thread-{sha256(named.encode('utf-8', 'replace')).hexdigest()[:32]}"


def address(address: str, name: str = "") -> Address:
    """Return an address with a name before it.

    Where a header is folded, Python writes a name in ASCII without the quotes that it needs, and
    what is in it would be read as further addresses; so a long one goes without such signs.
    """
    if name.isascii() and len(name) + len(address) > _UNFOLDED:
        name = " ".join("".join(" " if c in _QUOTED else c for c in name).split())
    return Address(display_name=name, addr_spec=address)


def token(text: str) -> str:
    """Return a name as a word of a header."""
    word = "".join(c if c.isascii() and c.isalnum() else "-" for c in text[:60]).strip("-")
    return word or "channel"
