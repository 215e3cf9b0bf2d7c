"""A few calls over a message bus of this machine (D-Bus), and what they returned.

jeepney marshals, over our own stream. The bus is a part of this machine, so whatever goes wrong
with it is our own fault. A bus checks the messages that it passes on; but an operator may name any
socket, so what comes from there is bounded all the same.
"""

import os
import struct
from collections.abc import Sequence
from typing import Any

import trio
from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageFlag,
    MessageType,
    Parser,
    new_method_call,
)
from jeepney.auth import BEGIN, AuthenticationError, Authenticator
from jeepney.bus_messages import message_bus

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, Trace
from monitor.probes.connect import connect_unix
from monitor.probes.explain import explain, printable

TOTAL_LIMIT = 256 * 1024
"""Bytes that one look reads; answers about a unit take one."""

_READ_SIZE = 16 * 1024

# What jeepney raises when it reads something that is no message.
_UNREADABLE = (ValueError, LookupError, TypeError, AssertionError, RecursionError, struct.error)

_EMPTY_STRUCT = b"()"
"""D-Bus knows no empty structures, but an array of them would keep jeepney busy for ever."""


class CallFailed(Exception):
    """A call was answered by an error: its name, and what it says."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class Bus(trio.abc.AsyncResource):
    """A connection to a bus, which is closed when its `async with` block ends.

    Every method raises OwnFault when the connection breaks or the bus makes no sense.
    """

    def __init__(self, stream: trio.SocketStream, path: str) -> None:
        self._stream = stream
        self._path = path
        self._parser = Parser()
        self._received = 0
        self._last_byte = b""
        self._serial = 0

    @classmethod
    async def open(cls, path: str, trace: Trace) -> "Bus":
        """Connect to the bus at a path and log in as the user that we are, in phase `login`."""
        bus = cls(await connect_unix(path, trace), path)
        try:
            with trace.enter("login"):
                await bus._log_in()
        except BaseException:
            bus._stream.socket.close()
            raise
        return bus

    async def call(self, *calls: Message) -> "list[tuple[Any, ...] | CallFailed]":
        """Make calls at once, and return what each returned, or how it failed."""
        serials = []
        data = b""
        for message in calls:
            self._serial += 1
            serials.append(self._serial)
            data += message.serialise(serial=self._serial)
        await self._send(data)
        answers: dict[int, tuple[Any, ...] | CallFailed] = {}
        while not answers.keys() >= set(serials):
            message = await self._next()
            fields = message.header.fields
            match message.header.message_type:
                case MessageType.method_return:
                    answers[fields.get(HeaderFields.reply_serial, 0)] = message.body
                case MessageType.error:
                    answers[fields.get(HeaderFields.reply_serial, 0)] = _failure(message)
        return [answers[serial] for serial in serials]

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def _log_in(self) -> None:
        login = Authenticator(inc_null_byte=True)
        try:
            for said in login:
                await self._send(said)
                login.feed(await self._receive())
        except AuthenticationError as error:
            raise self._wrong(
                f"does not let user {os.geteuid()} in: {_words(error.data)}"
            ) from None
        await self._send(BEGIN)
        # The first message must be this one; the answer, our own name, does not matter.
        (hello,) = await self.call(message_bus.Hello())
        if isinstance(hello, CallFailed):
            raise self._wrong(f"refuses to talk: {hello}")

    async def _next(self) -> Message:
        while True:
            try:
                message = self._parser.get_next_message()
            except _UNREADABLE as error:
                raise self._wrong("does not speak D-Bus") from error
            if message is not None:
                return message
            data = await self._receive()
            if _EMPTY_STRUCT in self._last_byte + data:
                raise self._wrong("does not speak D-Bus")
            self._last_byte = data[-1:]
            self._parser.add_data(data)

    async def _send(self, data: bytes) -> None:
        try:
            await self._stream.send_all(data)
        except trio.BrokenResourceError as error:
            raise self._wrong(f"broke the connection: {explain(error)}") from error

    async def _receive(self) -> bytes:
        try:
            data = bytes(await self._stream.receive_some(_READ_SIZE))
        except trio.BrokenResourceError as error:
            raise self._wrong(f"broke the connection: {explain(error)}") from error
        if not data:
            raise self._wrong("closed the connection")
        self._received += len(data)
        if self._received > TOTAL_LIMIT:
            raise self._wrong(f"sent more than {TOTAL_LIMIT // 1024} KiB")
        return data

    def _wrong(self, what: str) -> OwnFault:
        return OwnFault(Reason.NETWORK, f"the bus at {self._path} {what}")


def call_of(path: str, name: str, interface: str, method: str, *texts: str) -> Message:
    """Make a call with texts as its arguments, to an object of `name`, which is not started."""
    address = DBusAddress(path, bus_name=name, interface=interface)
    message = new_method_call(address, method, "s" * len(texts) or None, tuple(texts))
    message.header.flags = MessageFlag.no_auto_start
    return message


def values_of(answers: "Sequence[tuple[Any, ...] | CallFailed]") -> list[Any]:
    """Return the values of properties that were asked for; None for those that do not exist."""
    found = []
    for answer in answers:
        match answer:
            case (str(), value), *_:
                found.append(value)
            case _:
                found.append(None)
    return found


def _failure(message: Message) -> CallFailed:
    name = message.header.fields.get(HeaderFields.error_name, "")
    text = message.body[0] if message.body and isinstance(message.body[0], str) else ""
    return CallFailed(str(name), printable(text) or printable(str(name)))


def _words(data: bytes | bytearray) -> str:
    return printable(bytes(data).decode("utf-8", "replace"))
