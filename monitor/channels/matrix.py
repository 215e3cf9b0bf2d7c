"""Write into a Matrix room: `matrixs://TOKEN@matrix.example.com/!room:example.com`.

TOKEN is the access token of a user who is in the room, which must not be encrypted. Messages carry
their key as transaction, so one that is sent again appears once. `matrix:` is without TLS.
"""

import html
from urllib.parse import quote, unquote

import attrs

from monitor.channels.address import behind, receiver
from monitor.channels.credentials import authorized
from monitor.channels.family import Family
from monitor.channels.options import NetworkOptions
from monitor.core.alerts.notices import InvalidChannel, Message, Send
from monitor.core.describe import shorten

_TEXT_LIMIT = 16 * 1024
"""Bytes, told twice; a whole event may have 64 KiB."""


@attrs.frozen(kw_only=True)
class MatrixOptions(NetworkOptions):
    """Nothing more."""


def prepare(url: str, options: MatrixOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    base = behind(url)
    folder, _slash, room = base.path.rstrip("/").rpartition("/")
    room = unquote(room)
    if not base.user or base.password or not room.startswith("!") or base.query:
        raise InvalidChannel("url", "is not like matrixs://TOKEN@HOST/!ROOM:SERVER; write it so")
    token, base = base.user, attrs.evolve(base, path=folder, user=None)
    headers = authorized(base, token=token)
    server = receiver(options, base, token, headers=headers, method="PUT")
    rooms = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message"

    async def send(message: Message) -> None:
        text = shorten(message.text, _TEXT_LIMIT)
        lines = html.escape(text).replace("\n", "<br>")
        body = {
            "msgtype": "m.text",
            "body": f"{message.title}\n{text}",
            "format": "org.matrix.custom.html",
            "formatted_body": f"<b>{html.escape(message.title)}</b><br>{lines}",
        }
        await server.post_json(body, path=f"{rooms}/{message.key}")

    return send


FAMILY = Family(
    name="matrix",
    schemes=("matrixs", "matrix"),
    summary="Write into a Matrix room.",
    example="matrixs://syt_token@matrix.example.com/!room:example.com",
    options=MatrixOptions,
    prepare=prepare,
)
