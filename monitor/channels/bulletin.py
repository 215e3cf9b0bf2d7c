"""What subscribers of status pages are sent: letters by mail, and messages to their webhooks.

A letter can be answered with one click that ends the subscription (`List-Unsubscribe-Post`,
RFC 8058). What is posted is signed as the channel `webhook` signs, with a secret that the
subscriber was told. Subscribers are strangers: their webhooks are never looked for at private
addresses, whatever tasks and channels of ours may do.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import attrs
import markupsafe
import msgspec
import trio

from monitor.channels.bulletin_words import WORDS
from monitor.channels.letter import Envelope, new_letter, token
from monitor.channels.mail import ChannelMailOptions, Office, open_office
from monitor.channels.mailaddress import read_address
from monitor.channels.post import Receiver, read_base
from monitor.channels.redaction import Redaction, secrets_of
from monitor.channels.webhook import signed, signing_key
from monitor.core.alerts.notices import InvalidChannel, NotDelivered
from monitor.core.probing import InvalidTask, OwnFault, Refused, TargetDown, Trace
from monitor.core.reach import Policy
from monitor.core.statuspage.hosts import address_of
from monitor.core.statuspage.readers import CONFIRM, PLANNED, Letter, Subscriber, Way
from monitor.core.statuspage.values import StatusPage
from monitor.probes import guard
from monitor.probes.connect import resolve
from monitor.probes.explain import printable
from monitor.references import BadReference, fetched

STRANGERS = Policy(private="deny")
"""Where webhooks of subscribers may be."""
LOOK_UP_S = 5.0
LONGEST = 500
"""Letters of a webhook's address; 254 is the longest address of mail that can be."""


def read_reader(way: Way, text: str) -> str:
    """Return the address of a subscriber as it is kept.

    Raises:
        InvalidChannel: it is none.
    """
    if way is Way.MAIL:
        if len(text.strip()) > 254:
            raise InvalidChannel("address", "is too long for a mail address")
        return read_address("address", text)
    found = text.strip()
    try:
        base = read_base("address", found)
    except InvalidTask as error:
        raise InvalidChannel("address", error.message) from None
    if base.scheme != "https" or base.user or "#" in found or len(found) > LONGEST:
        raise InvalidChannel("address", "is no address of a webhook; write https://HOST/PATH")
    return found


async def is_public(address: str) -> bool:
    """Say whether a webhook's host has public addresses only, as far as can be told in LOOK_UP_S.

    A name that does not exist has none, so that nobody learns which private names do. It is judged
    again at each delivery.
    """
    base = read_base("address", address)
    before = guard.POLICY.set(STRANGERS)
    try:
        with trio.move_on_after(LOOK_UP_S):
            await resolve(base.host, base.port, Trace())
    except (Refused, TargetDown):
        return False
    except OwnFault:
        return True
    finally:
        guard.POLICY.reset(before)
    return True


def check_sender(url: str) -> str:
    """Return what sends a page's letters: the address of a mail channel, without recipients.

    Raises:
        InvalidChannel: naming what is wrong.
    """
    _office(url)
    return url


def _office(url: str) -> Office:
    try:
        found: str = fetched(url)
        if not found.strip().lower().startswith(("mailto://", "mailtos://")):
            raise InvalidChannel("mail", "is no address of a mail server; write mailtos://HOST")
        office = open_office(found, ChannelMailOptions())
    except BadReference as error:
        raise InvalidChannel("mail", str(error)) from None
    except (InvalidChannel, InvalidTask) as error:
        named = error.field.removeprefix("option ") if error.field.startswith("option") else ""
        raise InvalidChannel("mail", f"{named} {error.message}".strip()) from None
    if office.to:
        raise InvalidChannel(
            "mail", "names recipients; leave ?to= out, subscribers get the letters"
        )
    return office


@attrs.frozen(kw_only=True)
class Bulletins:
    """Sends letters to subscribers.

    Args:
        url: what our own addresses begin with.
        policy: where webhooks may be.
    """

    url: str
    policy: Policy = STRANGERS

    async def deliver(self, page: StatusPage, subscriber: Subscriber, letter: Letter) -> None:
        """Hand a letter over, and return when the receiver has taken it.

        Changes the policy on addresses of the task that calls: call it in one of its own.

        Raises:
            NotDelivered: the address of the subscriber may stand in it.
        """
        base = address_of(page, self.url)
        if not base:
            raise NotDelivered("links need access.url, or a host name of the page; set one")
        if subscriber.way is Way.MAIL:
            await self._mail(page, base, subscriber, letter)
        else:
            await self._post(page, base, subscriber, letter)

    async def _mail(
        self, page: StatusPage, base: str, subscriber: Subscriber, letter: Letter
    ) -> None:
        if not page.mail:
            raise NotDelivered("the page sends no mail any more")
        try:
            office = _office(page.mail)
        except InvalidChannel as error:
            raise NotDelivered(f"mail {error.message}") from None
        written = write_bulletin(office, page, base, subscriber, letter)
        refused = await office.deliver([subscriber.address], written)
        if refused:
            raise next(iter(refused.values()))

    async def _post(
        self, page: StatusPage, base: str, subscriber: Subscriber, letter: Letter
    ) -> None:
        guard.POLICY.set(self.policy)
        receiver = Receiver(
            base=read_base("address", subscriber.address),
            redaction=Redaction(secrets_of(subscriber.address)),
        )
        body = msgspec.json.encode(document(page, base, subscriber, letter))
        key = signing_key(subscriber.secret)
        assert key is not None
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            **signed(key, letter.key, int(time.time()), body),
        }
        await receiver.post(body, headers)


def document(page: StatusPage, base: str, subscriber: Subscriber, letter: Letter) -> dict[str, Any]:
    """Return a letter as webhooks get it."""
    link = "confirm_url" if letter.event == CONFIRM else "unsubscribe_url"
    return {
        "version": 1,
        "key": letter.key,
        "event": letter.event,
        "page": {"slug": page.slug, "title": page.title, "url": base},
        **letter.about,
        link: _link(base, subscriber, letter),
    }


def _link(base: str, subscriber: Subscriber, letter: Letter) -> str:
    deed = "confirm" if letter.event == CONFIRM else "unsubscribe"
    return f"{base}/{deed}/{subscriber.token}"


# --- letters --------------------------------------------------------------------------------------


def write_bulletin(
    office: Office, page: StatusPage, base: str, subscriber: Subscriber, letter: Letter
) -> bytes:
    """Return a letter ready to be sent; its Message-ID is the same at each attempt."""
    words = WORDS["ru" if subscriber.lang == "ru" else "en"]
    link = _link(base, subscriber, letter)
    subject, text = _told(words, page, base, letter, link)
    envelope = Envelope(
        sender=office.sender,
        sender_name=printable(page.title),
        to=(subscriber.address,),
        reply_to=office.reply_to,
    )
    made = new_letter(envelope, letter.key, subject[:200], f"{token(page.slug)}.status")
    if story := letter.about.get("incident"):
        thread = (
            f"<story-{sha256(f'{page.slug} {story}'.encode()).hexdigest()[:32]}@{envelope.domain}>"
        )
        made["In-Reply-To"] = made["References"] = thread
    if letter.event != CONFIRM:
        made["List-Unsubscribe"] = f"<{link}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text += f"\n\n-- \n{words['unsubscribe'].format(link=link)}"
    made.set_content(text + "\n")
    made.add_alternative(_html(text, link), subtype="html")
    return made.as_bytes()


def _told(
    words: Mapping[str, str], page: StatusPage, base: str, letter: Letter, link: str
) -> tuple[str, str]:
    """Return the subject and the text of a letter."""
    about: Mapping[str, Any] = letter.about
    if letter.event == CONFIRM:
        return (
            words["confirm"].format(title=page.title),
            words["confirm.text"].format(title=page.title, link=link),
        )
    if letter.event == PLANNED:
        subject = words["planned"].format(name=about["title"])
        lines = [f"{_when(about['begins_at'])} – {_when(about['ends_at'])}"]
        if about["components"]:
            lines.append(words["concerns"].format(names=", ".join(about["components"])))
        text, url = "\n".join(lines), base
    else:
        subject = f"{words[about['state']]}: {about['title']}"
        text = f"{words[about['state']]}, {_when(about['at'])}\n\n{about['text']}"
        url = f"{base}#{about['incident']}"
    return f"[{page.title}] {subject}", f"{text}\n\n{words['page'].format(url=url)}"


def _when(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _html(text: str, link: str) -> str:
    """Return a text as a small page; nothing in it is markup but our link."""
    before, found, after = text.rpartition(link)
    shown = markupsafe.escape(before)
    if found:
        shown += markupsafe.Markup('<a href="{0}">{0}</a>').format(link)
    return markupsafe.Markup(
        '<!DOCTYPE html><html><body style="margin:0;padding:16px;font:15px/1.5 sans-serif">'
        '<div style="white-space:pre-wrap">{}</div></body></html>\n'
    ).format(shown + markupsafe.escape(after))
