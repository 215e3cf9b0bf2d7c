"""AMQP 0-9-1, as far as one client needs it that looks at a queue or sends itself a message.

https://www.rabbitmq.com/amqp-0-9-1-reference
"""

from enum import Enum

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown
from monitor.probes.account import Account
from monitor.probes.wire import Fields, Wire

_HEADER = b"AMQP\0\0\x09\x01"
_METHOD, _CONTENT, _BODY, _HEARTBEAT = 1, 2, 3, 8
_FRAME_END = 0xCE
_FRAME_LIMIT = 128 * 1024
"""The largest frame we accept, which is RabbitMQ's own choice."""

_OUR_CHANNEL = 1


class Method(Enum):
    """The methods that are sent or understood, by the numbers of class and method."""

    START, START_OK, SECURE = (10, 10), (10, 11), (10, 20)
    TUNE, TUNE_OK, OPEN, OPEN_OK = (10, 30), (10, 31), (10, 40), (10, 41)
    CLOSE, CLOSE_OK = (10, 50), (10, 51)
    BLOCKED, UNBLOCKED = (10, 60), (10, 61)
    CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_CLOSE = (20, 10), (20, 11), (20, 40)
    DECLARE, DECLARE_OK = (50, 10), (50, 11)
    CONSUME, CONSUME_OK = (60, 20), (60, 21)
    PUBLISH, DELIVER = (60, 40), (60, 60)


_PASSIVE, _TEMPORARY = 1, 4 | 8
"""Whether to only look at a queue; or to have one that is ours alone and goes with us."""


class AmqpWire:
    """The client's side of a connection: `greet`, `login`, `open_channel`, then the rest.

    What the broker refuses is TargetDown, in its words, and so is what is no AMQP 0-9-1.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._mechanisms = b""
        self._open = False

    async def greet(self) -> dict[str, str]:
        """Begin, and return what the broker says of itself: `product`, `version` ..."""
        await self._wire.send(_HEADER)
        fields = await self._expect(Method.START)
        fields.take(2)
        properties = read_table(fields.take(fields.big(4)))
        self._mechanisms = fields.take(fields.big(4))
        return properties

    async def login(self, account: Account, vhost: str) -> None:
        """Log in to a virtual host; without a user by the certificate that was shown.

        Raises:
            OwnFault: the broker offers no way to log in that we know.
        """
        wanted = b"PLAIN" if account.user else b"EXTERNAL"
        if wanted not in self._mechanisms.split():
            offered = self._wire.words(self._mechanisms)
            raise OwnFault(
                Reason.TASK_ERROR,
                f"the broker offers no login by {wanted.decode()}, only by {offered}",
            )
        proof = f"\0{account.user}\0{account.password}".encode() if account.user else b""
        await self._send(
            Method.START_OK, _OURSELVES + _short(wanted) + _long(proof) + _short(b"en_US")
        )
        # Without a user's permission for the virtual host, the broker says so by closing.
        tune = await self._expect(Method.TUNE)
        channels, frame, _heartbeat_s = tune.big(2), tune.big(4), tune.big(2)
        frame = min(frame or _FRAME_LIMIT, _FRAME_LIMIT)
        # No heartbeats: the look's deadline is short.
        body = channels.to_bytes(2, "big") + frame.to_bytes(4, "big") + bytes(2)
        await self._send(Method.TUNE_OK, body)
        await self._send(Method.OPEN, _short(vhost.encode()) + _short(b"") + b"\0")
        await self._expect(Method.OPEN_OK)
        self._open = True

    async def open_channel(self) -> None:
        """Open the channel on which everything else goes on."""
        await self._send(Method.CHANNEL_OPEN, _short(b""), _OUR_CHANNEL)
        await self._expect(Method.CHANNEL_OPEN_OK)

    async def look_at_queue(self, name: str) -> tuple[int, int]:
        """Return how many messages wait in a queue, and how many consumers it has."""
        _name, messages, consumers = await self._declare(name.encode(), _PASSIVE)
        return messages, consumers

    async def make_queue(self) -> bytes:
        """Make a queue that is ours alone and goes with us; return the name it was given."""
        name, _messages, _consumers = await self._declare(b"", _TEMPORARY)
        flags = 2 | 4  # nothing is acknowledged, nobody else consumes
        empty = _long(b"")
        body = bytes(2) + _short(name) + _short(b"") + bytes([flags]) + empty
        await self._send(Method.CONSUME, body, _OUR_CHANNEL)
        await self._expect(Method.CONSUME_OK)
        return name

    async def publish(self, queue: bytes, payload: bytes) -> None:
        """Put a message into a queue."""
        method = _numbers(Method.PUBLISH) + bytes(2) + _short(b"") + _short(queue) + b"\0"
        head = (60).to_bytes(2, "big") + bytes(2) + len(payload).to_bytes(8, "big") + bytes(2)
        await self._wire.send(
            _frame(_METHOD, _OUR_CHANNEL, method)
            + _frame(_CONTENT, _OUR_CHANNEL, head)
            + _frame(_BODY, _OUR_CHANNEL, payload)
        )

    async def message(self) -> bytes:
        """Return the next message of our queue."""
        await self._expect(Method.DELIVER)
        head = await self._frame_of(_CONTENT)
        head.take(4)
        length = head.big(8)
        if length > _FRAME_LIMIT:
            raise head.broken()
        payload = b""
        while len(payload) < length:
            payload += (await self._frame_of(_BODY)).rest()
        return payload

    async def close(self) -> None:
        """End the connection as the protocol wants it, and wait until the broker agrees."""
        if self._open:
            self._open = False
            body = (200).to_bytes(2, "big") + _short(b"done") + bytes(4)
            await self._send(Method.CLOSE, body)
            await self._expect(Method.CLOSE_OK)

    async def _declare(self, name: bytes, flags: int) -> tuple[bytes, int, int]:
        body = bytes(2) + _short(name) + bytes([flags]) + _long(b"")
        await self._send(Method.DECLARE, body, _OUR_CHANNEL)
        fields = await self._expect(Method.DECLARE_OK)
        return fields.take(fields.big(1)), fields.big(4), fields.big(4)

    async def _expect(self, wanted: Method) -> Fields:
        """Return the arguments of the next method, which must be the wanted one."""
        while True:
            fields = await self._frame_of(_METHOD)
            method = (fields.big(2), fields.big(2))
            if method == wanted.value:
                return fields
            if method in (Method.CLOSE.value, Method.CHANNEL_CLOSE.value):
                raise TargetDown(self._farewell(fields, method))
            if method == Method.BLOCKED.value:
                why = self._wire.words(fields.take(fields.big(1)))
                raise TargetDown(f"the broker accepts no messages now: {why}")
            if method != Method.UNBLOCKED.value:
                raise fields.broken()

    def _farewell(self, fields: Fields, method: tuple[int, int]) -> str:
        """Return why the broker closed the connection or channel, and agree."""
        code, text = fields.big(2), self._wire.words(fields.take(fields.big(1)))
        if method == Method.CLOSE.value:
            self._open = False
            self._wire.goodbye = _frame(_METHOD, 0, _numbers(Method.CLOSE_OK))
        return f"{text} ({code})"

    async def _frame_of(self, wanted: int) -> Fields:
        """Return the payload of the next frame but heartbeats; a method may come instead."""
        while True:
            head = Fields(await self._wire.take(7), "an AMQP broker")
            kind, _channel, size = head.big(1), head.big(2), head.big(4)
            if kind == _HEADER[0]:
                raise TargetDown("the broker speaks another version of AMQP")
            if kind not in (_METHOD, _CONTENT, _BODY, _HEARTBEAT) or size > _FRAME_LIMIT:
                raise TargetDown("not an AMQP broker")
            payload = await self._wire.take(size + 1)
            if payload[-1] != _FRAME_END:
                raise TargetDown("not an AMQP broker")
            if kind == wanted:
                return Fields(payload[:-1], "an AMQP broker")
            if kind != _HEARTBEAT:
                raise head.broken()

    async def _send(self, method: Method, arguments: bytes, channel: int = 0) -> None:
        await self._wire.send(_frame(_METHOD, channel, _numbers(method) + arguments))


_WIDTHS = {
    **dict.fromkeys(b"tbB", 1),
    **dict.fromkeys(b"sUu", 2),
    **dict.fromkeys(b"IifF"[:3], 4),
    **dict.fromkeys(b"lLdT", 8),
    ord("D"): 5,
    ord("V"): 0,
}
"""Bytes of the values in a table whose size does not vary, by the letter of their type."""


def read_table(data: bytes) -> dict[str, str]:
    """Return the texts of a table; other values are passed over, tables within it too.

    Raises:
        TargetDown: it is no table.
    """
    fields, found = Fields(data, "an AMQP broker"), dict[str, str]()
    while fields.left:
        name = fields.take(fields.big(1)).decode("utf-8", "replace")
        kind = fields.big(1)
        value = fields.take(_WIDTHS[kind] if kind in _WIDTHS else fields.big(4))
        if kind == ord("S"):
            found[name] = value.decode("utf-8", "replace")
        elif kind not in _WIDTHS and kind not in b"xAF":
            raise fields.broken()
    return found


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _long(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


def _numbers(method: Method) -> bytes:
    class_number, method_number = method.value
    return class_number.to_bytes(2, "big") + method_number.to_bytes(2, "big")


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    head = bytes([kind]) + channel.to_bytes(2, "big") + len(payload).to_bytes(4, "big")
    return head + payload + bytes([_FRAME_END])


_ABILITIES = b"".join(
    _short(name) + b"t\1" for name in (b"authentication_failure_close", b"connection.blocked")
)
_OURSELVES = _long(
    _short(b"product")
    + b"S"
    + _long(b"monitor")
    + _short(b"capabilities")
    + b"F"
    + _long(_ABILITIES)
)
"""Without the first ability the broker closes without a word on a wrong password, without the
second it lets publishers wait in silence."""
