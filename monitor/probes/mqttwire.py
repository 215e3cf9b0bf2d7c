"""MQTT 3.1.1 and 5, as far as one client needs it that says or hears one thing.

https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html
"""

import attrs

from monitor.core.probing import TargetDown
from monitor.probes.account import Account
from monitor.probes.wire import Fields, Wire

BYTES_LIMIT = 1024 * 1024
"""Bytes of a message that are kept."""

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PUBREC = 1, 2, 3, 4, 5
_PUBREL, _PUBCOMP, _SUBSCRIBE, _SUBACK, _DISCONNECT = 6, 7, 8, 9, 14

_TALK_LIMIT = 64 * 1024
"""Bytes of any packet but a message."""

_WAITING_LIMIT = 100
"""Messages that are kept while another packet is awaited; looks want only the first."""

_IDENTIFIER = b"\0\1"
"""Of every packet we send: there is never more than one that waits for its answer."""

_REFUSALS = {
    # MQTT 3.1.1, table 3.1
    1: "does not speak this version of MQTT",
    2: "does not accept the client identifier",
    3: "is not available",
    4: "does not know this user and password",
    5: "says that this client is not authorized",
    # MQTT 5, 2.4
    0x80: "gives no reason",
    0x84: "does not speak this version of MQTT",
    0x85: "does not accept the client identifier",
    0x86: "does not know this user and password",
    0x87: "says that this client is not authorized",
    0x88: "is not available",
    0x89: "is busy",
    0x8A: "has banned this client",
    0x8B: "is shutting down",
    0x8C: "wants another way to log in",
    0x8E: "let another client take over the session",
    0x8F: "does not accept the topic filter",
    0x90: "does not accept the topic",
    0x97: "says that a quota is exceeded",
    0x9B: "does not support this QoS",
    0x9C: "says to use another server",
    0x9D: "says that it has moved",
    0x9F: "says that there are too many connections",
}


@attrs.frozen
class Message:
    """What was published."""

    topic: str
    payload: bytes
    retained: bool


class MqttWire:
    """The client's side of a connection; what the broker refuses is TargetDown."""

    def __init__(self, wire: Wire, *, version: int) -> None:
        self._wire = wire
        self._new = version == 5
        self._version = version
        self._heard: list[Message] = []

    async def connect(self, account: Account, client_id: str, keep_alive_s: int) -> None:
        """Begin a clean session."""
        flags, names = 0x02, _text(client_id)
        if account.user:
            flags, names = flags | 0x80, names + _text(account.user)
        if account.password:
            flags, names = flags | 0x40, names + _text(account.password)
        head = _text("MQTT") + bytes([self._version, flags]) + keep_alive_s.to_bytes(2, "big")
        await self._send(_CONNECT << 4, head + self._properties() + names)
        fields = await self._wait_for(_CONNACK)
        fields.take(1)
        if code := fields.big(1):
            raise _refusal("", code)
        self._wire.goodbye = bytes([_DISCONNECT << 4, 0])

    async def subscribe(self, topic: str, qos: int) -> None:
        """Hear what is published under a topic from now on, and what is retained there."""
        wanted = _text(topic) + bytes([qos])
        await self._send(_SUBSCRIBE << 4 | 2, _IDENTIFIER + self._properties() + wanted)
        fields = await self._wait_for(_SUBACK)
        fields.take(2)
        if self._new:
            fields.take(_number(fields))
        _accept("for this subscription, ", fields.big(1))

    async def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Publish a message, and see it through with the broker."""
        identifier = _IDENTIFIER if qos else b""
        body = _text(topic) + identifier + self._properties() + payload
        await self._send(_PUBLISH << 4 | qos << 1, body)
        if qos == 1:
            await self._wait_for_consent(_PUBACK)
        if qos == 2:
            await self._wait_for_consent(_PUBREC)
            await self._send(_PUBREL << 4 | 2, _IDENTIFIER)
            await self._wait_for_consent(_PUBCOMP)

    async def message(self) -> Message:
        """Return the next message that was not returned yet."""
        while not self._heard:
            await self._read(_PUBLISH)
        return self._heard.pop(0)

    async def _wait_for_consent(self, kind: int) -> None:
        fields = await self._wait_for(kind)
        fields.take(2)
        if fields.left:
            _accept("for this message, ", fields.big(1))

    async def _wait_for(self, kind: int) -> Fields:
        """Return the rest of the next packet of a kind; messages may come before it."""
        while True:
            found, fields = await self._read(kind)
            if found == kind:
                return fields

    async def _read(self, wanted: int) -> tuple[int, Fields]:
        """Read one packet: a wanted one, or a message, which is kept and acknowledged."""
        first = (await self._wire.take(1))[0]
        kind = first >> 4
        if kind not in (wanted, _PUBLISH, _PUBREL, _DISCONNECT):
            raise TargetDown("not an MQTT broker")
        length = await self._length()
        if length > _TALK_LIMIT and kind != _PUBLISH:
            raise TargetDown("not an MQTT broker")
        fields = Fields(await self._wire.take(min(length, BYTES_LIMIT)), "an MQTT broker")
        if kind == _PUBLISH:
            await self._hear(first, fields)
        elif kind == _PUBREL:
            await self._send(_PUBCOMP << 4, fields.take(2))
        elif kind == _DISCONNECT:
            _accept("", fields.big(1) if fields.left else 0)
            raise TargetDown("the broker ended the session")
        return kind, fields

    async def _hear(self, first: int, fields: Fields) -> None:
        topic = fields.take(fields.big(2)).decode("utf-8", "replace")
        qos = first >> 1 & 3
        identifier = fields.take(2) if qos else b""
        if self._new:
            fields.take(_number(fields))
        if len(self._heard) < _WAITING_LIMIT:
            self._heard.append(Message(topic, fields.rest(), bool(first & 1)))
        if qos:
            await self._send((_PUBACK if qos == 1 else _PUBREC) << 4, identifier)

    async def _length(self) -> int:
        """Read the length of a packet: up to four bytes, the lowest seven bits first."""
        length = 0
        for position in range(4):
            byte = (await self._wire.take(1))[0]
            length |= (byte & 0x7F) << 7 * position
            if not byte & 0x80:
                return length
        raise TargetDown("not an MQTT broker")

    async def _send(self, first: int, body: bytes) -> None:
        await self._wire.send(bytes([first]) + _varint(len(body)) + body)

    def _properties(self) -> bytes:
        """Return what stands in front of a payload in MQTT 5: no properties."""
        return b"\0" if self._new else b""


def _accept(about: str, code: int) -> None:
    """Raise TargetDown for a code that means failure."""
    if code >= 0x80:
        raise _refusal(about, code)


def _refusal(about: str, code: int) -> TargetDown:
    return TargetDown(f"{about}the broker {_REFUSALS.get(code, 'refuses')} (code {code})")


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])


def _number(fields: Fields) -> int:
    """Take a number of up to four bytes, the lowest seven bits first."""
    value = 0
    for position in range(4):
        byte = fields.big(1)
        value |= (byte & 0x7F) << 7 * position
        if not byte & 0x80:
            return value
    raise fields.broken()
