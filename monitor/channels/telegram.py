"""Write into a Telegram chat as a bot: `telegram://123456:TOKEN@CHAT`.

CHAT is the number of a chat (`-1001234567890`) or the name of a public channel. What targets say is
escaped, so that it is shown as it is. When Telegram is written to too fast it says how long to
wait, and that is kept to.
"""

import html
import re
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.channels.address import service
from monitor.channels.family import Family
from monitor.channels.options import ServiceOptions
from monitor.core.alerts.notices import InvalidChannel, Message, Send

_ADDRESS = re.compile(r"([0-9]{1,20}:[A-Za-z0-9_-]{10,100})@(-?[0-9]{1,20}|@?[A-Za-z]\w{3,40})/?")
_TEXT_LIMIT = 3800
"""Units of UTF-16, as Telegram counts; it takes 4096 of title and text together."""


@attrs.frozen(kw_only=True)
class TelegramOptions(ServiceOptions):
    """Where in the chat, and how loud."""

    topic: Annotated[
        int, Meta(ge=0, description="the number of a topic in a group that has them")
    ] = 0
    silent_good_news: Annotated[
        bool, Meta(description="whether good news come without a sound")
    ] = False


def prepare(url: str, options: TelegramOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    found = _ADDRESS.fullmatch(url.strip().partition("://")[2])
    if found is None:
        raise InvalidChannel("url", "is not like telegram://123456:TOKEN@CHAT; write it so")
    token, chat = found[1], found[2]
    if not chat.lstrip("-").isdigit():
        chat = f"@{chat.removeprefix('@')}"
    server = service(options, "https://api.telegram.org", token, token.partition(":")[2])

    async def send(message: Message) -> None:
        body: dict[str, Any] = {
            "chat_id": chat,
            "text": _text(message),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "disable_notification": options.silent_good_news and message.first.is_good,
        }
        if options.topic:
            body["message_thread_id"] = options.topic
        await server.post_json(body, path=f"/bot{token}/sendMessage")

    return send


def _text(message: Message) -> str:
    text, units = message.text, message.text.encode("utf-16-le")
    if len(units) > 2 * _TEXT_LIMIT:
        cut = units[: 2 * _TEXT_LIMIT].decode("utf-16-le", "ignore")
        text = f"{cut}\N{HORIZONTAL ELLIPSIS}"
    return f"<b>{html.escape(message.title, quote=False)}</b>\n{html.escape(text, quote=False)}"


FAMILY = Family(
    name="telegram",
    schemes=("telegram",),
    summary="Write into a Telegram chat as a bot.",
    example="telegram://123456:AAF0123456789abcdefghijklmnopqrstuv@-1001234567890",
    options=TelegramOptions,
    prepare=prepare,
    shows_host=False,
)
