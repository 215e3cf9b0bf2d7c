"""gRPC's health service: the real one of grpcio, and servers that get it wrong."""

from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import h2.config
import h2.connection
import h2.events
import pytest
import trustme
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Result, Status, TaskSpec
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.engine.look import look
from monitor.probes import prepare
from monitor.probes.grpchealth import CODES, SERVING, read_answer, write_question
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    over_tls,
    probe_of,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step

Serving = health_pb2.HealthCheckResponse.ServingStatus
HTML = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


class Guard(grpc.ServerInterceptor):
    """Keep what calls carry, and let nobody in who brings a wrong key."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, str | bytes]] = []

    def intercept_service(self, go_on: Any, call: Any) -> Any:
        self.metadata.append(dict(call.invocation_metadata))
        if self.metadata[-1].get("x-key") != "wrong":
            return go_on(call)

        def refuse(_question: Any, context: Any) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "grüße, wer da?\n")

        return grpc.unary_unary_rpc_method_handler(refuse)


@contextmanager
def a_real_server(
    certificate: trustme.LeafCert | None = None, *, healthy: bool = True
) -> Iterator[tuple[int, Guard]]:
    """Run the server of grpcio with its health service, or with nothing in it."""
    guard = Guard()
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads, interceptors=[guard])
        if healthy:
            service = health.HealthServicer()
            service.set("shop.v1.Cart", Serving.Value("SERVING"))
            service.set("shop.v1.Pay", Serving.Value("NOT_SERVING"))
            health_pb2_grpc.add_HealthServicer_to_server(service, server)
        if certificate is None:
            port = server.add_insecure_port("127.0.0.1:0")
        else:
            key, chain = certificate.private_key_pem, certificate.cert_chain_pems[0]
            pair = (key.bytes(), chain.bytes())
            port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
        server.start()
        try:
            yield port, guard
        finally:
            server.stop(None).wait()


async def judged(target: str, *expect: str) -> Result:
    """Look as `look_at` does, with conditions."""
    prepared = prepare(TaskSpec(name="a test", target=target, expect=expect))
    return prepared.rule(await look(prepared.probe, 5.0))


async def test_a_server_and_a_service_that_serve_are_up() -> None:
    with a_real_server() as (port, _guard):
        server = await look_at(f"grpc://127.0.0.1:{port}")
        service = await look_at(f"grpc://127.0.0.1:{port}/shop.v1.Cart")
    assert (Status.UP, "the server is SERVING") == (server.status, server.detail)
    assert (Status.UP, "service shop.v1.Cart is SERVING") == (service.status, service.detail)
    assert {"grpc_status": "OK", "grpc_message": "", "serving_status": "SERVING"} == service.facts
    assert ["resolve", "connect", "call"] == list(service.timings)


async def test_a_service_that_does_not_serve_is_down_unless_it_is_expected() -> None:
    with a_real_server() as (port, _guard):
        target = f"grpc://127.0.0.1:{port}/shop.v1.Pay"
        plain = await judged(target)
        expected = await judged(target, 'serving_status == "NOT_SERVING"')
        half = await judged(target, 'grpc_status == "OK"')
    assert (Status.DOWN, Status.UP, Status.DOWN) == (plain.status, expected.status, half.status)
    assert 'found "NOT_SERVING" (service shop.v1.Pay is NOT_SERVING)' in plain.detail


async def test_a_call_that_fails_is_down_unless_it_is_expected() -> None:
    with a_real_server() as (port, _guard):
        target = f"grpc://127.0.0.1:{port}/shop.v2.Cart"
        plain = await judged(target)
        expected = await judged(target, 'grpc_status == "NOT_FOUND"')
    assert (Status.DOWN, Status.UP) == (plain.status, expected.status)
    assert 'grpc_status == "OK": found "NOT_FOUND" (gRPC status NOT_FOUND)' == plain.detail
    assert plain.facts["serving_status"] is None


async def test_a_server_without_the_health_service_is_down() -> None:
    with a_real_server(healthy=False) as (port, _guard):
        result = await look_at(f"grpc://127.0.0.1:{port}")
    assert Status.DOWN == result.status
    assert result.detail.endswith("(gRPC status UNIMPLEMENTED: Method not found!)")


async def test_metadata_is_sent_and_a_message_is_told() -> None:
    with a_real_server() as (port, guard):
        target = f"grpc://127.0.0.1:{port}"
        good = await look_at(target, metadata={"x-key": "right", "x-id-bin": "AAE"})
        bad = await look_at(target, **{"metadata.x-key": "wrong"})
    assert (Status.UP, Status.DOWN) == (good.status, bad.status)
    assert "right" == guard.metadata[0]["x-key"]
    assert b"\0\1" == guard.metadata[0]["x-id-bin"]
    assert str(guard.metadata[0]["user-agent"]).startswith("sleepless-monitor/")
    assert ("UNAUTHENTICATED", "grüße, wer da?\n") == (
        bad.facts["grpc_status"],
        bad.facts["grpc_message"],
    )
    assert bad.detail.endswith("(gRPC status UNAUTHENTICATED: grüße, wer da?)")


async def test_grpcs_verifies_the_certificate(ca: trustme.CA) -> None:
    with a_real_server(ca.issue_cert("localhost")) as (port, _guard):
        good = await look_at(f"grpcs://localhost:{port}/shop.v1.Cart")
        bad = await look_at(f"grpcs://127.0.0.1:{port}")
        trusting = await look_at(f"grpcs://127.0.0.1:{port}", verify=False)
    assert (Status.UP, ["localhost"]) == (good.status, good.facts["certificate"]["names"])
    assert ["resolve", "connect", "tls", "call"] == list(good.timings)
    assert (Status.DOWN, "tls") == (bad.status, bad.phase)
    assert Status.UP == trusting.status


async def test_a_service_has_a_name_and_a_target_no_more() -> None:
    for target in ("grpc://host", "grpc://host:1/a/b", "grpc://host:1/a?b=c", "grpc://me:x@host:1"):
        with pytest.raises(InvalidTask) as caught:
            probe_of(target, {})
        assert "target" == caught.value.field
    probe_of("grpcs://host", {})


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("X-Key", "a", "option metadata"),
        (":path", "/", "option metadata"),
        ("", "a", "option metadata"),
        ("te", "a", "option metadata.te"),
        ("grpc-timeout", "1S", "option metadata.grpc-timeout"),
        ("x-key", "a\r\nb", "option metadata.x-key"),
        ("x-key", "ä", "option metadata.x-key"),
        ("x-key", " a", "option metadata.x-key"),
    ],
)
def test_metadata_that_cannot_be_sent_is_refused_and_named(
    name: str, value: str, field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("grpc://host:1", {"metadata": {name: value}})
    assert field == caught.value.field


# --- the wire, by servers that do exactly what a test tells them --------------------------------


class Scripted:
    """A server of HTTP/2 that gets one call, and then answers as it is told."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.http = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        )

    async def called(self) -> None:
        self.http.initiate_connection()
        await self.flush()
        while True:
            for event in self.http.receive_data(await self.stream.receive_some()):
                if isinstance(event, h2.events.StreamEnded):
                    return

    async def flush(self) -> None:
        await self.stream.send_all(self.http.data_to_send())

    async def answer(
        self,
        data: bytes | None = b"\0\0\0\0\2\x08\1",
        trailers: tuple[tuple[str, str], ...] | None = (("grpc-status", "0"),),
        headers: tuple[tuple[str, str], ...] = (("content-type", "application/grpc+proto"),),
        status: str = "200",
    ) -> None:
        ended = data is None and trailers is None
        self.http.send_headers(1, [(":status", status), *headers], end_stream=ended)
        if data is not None:
            self.http.send_data(1, data, end_stream=trailers is None)
        if trailers is not None:
            self.http.send_headers(1, list(trailers), end_stream=True)
        await self.flush()


def answering(**answer: Any) -> Handler:
    async def handler(stream: Stream) -> None:
        server = Scripted(stream)
        await server.called()
        await server.answer(**answer)
        await hang(stream)

    return handler


async def look_at_handler(handler: Handler, timeout_s: float = 5.0) -> Result:
    async with serving(handler) as port:
        return await look_at(f"grpc://127.0.0.1:{port}", timeout_s)


async def test_a_scripted_server_can_be_up() -> None:
    result = await look_at_handler(answering())
    assert (Status.UP, "the server is SERVING") == (result.status, result.detail)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (
            {"status": "503", "headers": (("content-type", "text/html"),), "trailers": None},
            "no gRPC answer, but HTTP status 503",
        ),
        (
            {"headers": (("content-type", "text/html"),), "trailers": None},
            "no gRPC answer, but text/html",
        ),
        ({"headers": (), "trailers": None}, "no gRPC answer, but something else"),
        ({"trailers": None}, "the answer ended without a gRPC status"),
        ({"data": None}, "the answer is not one unpacked message"),
        ({"data": b"\1\0\0\0\0"}, "the answer is not one unpacked message"),
        ({"data": b"\0\0\0\0\1"}, "the answer is not one unpacked message"),
        ({"data": b"\0\xff\xff\xff\xff"}, "the answer is not one unpacked message"),
        ({"data": b"\0\0\0\0\1\x08"}, "not a valid answer of a health service"),
        ({"data": b"\0\0\0\0\2\x0a\x09"}, "not a valid answer of a health service"),
        ({"data": b"x" * 5000}, "the answer is too long for one about health"),
        ({"data": b"\0\0\0\0\0"}, 'found "UNKNOWN" (the server is UNKNOWN)'),
        ({"data": b"\0\0\0\0\2\x08\x09"}, 'found "9" (the server is 9)'),
        ({"trailers": (("grpc-status", "99"),)}, "(gRPC status 99)"),
        ({"trailers": (("grpc-status", "\u00e4\u00b2"),)}, "gRPC status"),
        (
            {"trailers": (("grpc-status", "14"), ("grpc-message", "%E2%82%AC%ff%zz"))},
            "(gRPC status UNAVAILABLE: \u20ac\ufffd%zz)",
        ),
        (
            {"data": None, "trailers": None, "headers": (("grpc-status", "8"),)},
            "(gRPC status RESOURCE_EXHAUSTED)",
        ),
    ],
)
async def test_a_wrong_answer_is_down_in_words(answer: dict[str, Any], detail: str) -> None:
    result = await look_at_handler(answering(**answer))
    assert Status.DOWN == result.status
    assert detail in result.detail
    assert result.detail.isprintable()


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (HTML, "the target answers in HTTP/1, not in HTTP/2"),
        (b"\0" * 9, "not a valid HTTP/2 answer: "),
        (b"\0\0\1\1\4\0\0\0\1\xff", "not a valid HTTP/2 answer: "),
        (b"\0\0\4\5\4\0\0\0\1\0\0\0\2", "not a valid HTTP/2 answer: "),
        (b"\0\0\4\3\0\0\0\0\1\0\0\0\7", "the target gave up the call (REFUSED_STREAM)"),
        (b"\0\0\4\3\0\0\0\0\1\0\0\1\0", "the target gave up the call (256)"),
        (b"\0\0\x0c\7\0\0\0\0\0\0\0\0\0\0\0\0\x0bbusy", "the target takes no calls (busy)"),
        (b"\0\0\0\7\0\0\0\0\0", "the target takes no calls ("),
        (b"\0\0\0\4\0\0", "the connection was closed in the middle of the answer"),
        (b"", "the connection was closed without an answer"),
    ],
)
async def test_a_server_of_something_else_is_down(said: bytes, detail: str) -> None:
    async def talk(stream: Stream) -> None:
        await stream.send_all(said)
        await stream.send_eof()
        await hang(stream)

    result = await look_at_handler(talk)
    assert (Status.DOWN, "call") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_a_server_that_goes_away_may_still_answer() -> None:
    async def leave(stream: Stream) -> None:
        server = Scripted(stream)
        await server.called()
        await stream.send_all(b"\0\0\x08\7\0\0\0\0\0" + b"\0\0\0\1" + b"\0\0\0\0")
        await server.answer()

    result = await look_at_handler(leave)
    assert (Status.UP, "the server is SERVING") == (result.status, result.detail)


async def test_a_reset_and_silence_are_down() -> None:
    result = await look_at_handler(reset)
    assert "connection reset by peer" == result.detail
    result = await look_at_handler(hang, SHORT_S)
    assert "no answer within 0.2 s, in phase call" == result.detail


async def test_a_server_that_talks_without_end_is_left() -> None:
    async def flood(stream: Stream) -> None:
        while True:
            await stream.send_all(b"\0\0\x08\6\0\0\0\0\0pingpong" * 100)

    result = await look_at_handler(flood)
    assert (Status.DOWN, "the target sent more than 128 KiB") == (result.status, result.detail)


async def test_a_server_that_agrees_on_no_protocol_is_asked_all_the_same(ca: trustme.CA) -> None:
    context: ssl.SSLContext = server_context(ca.issue_cert("localhost"))

    async def talk(stream: Any) -> None:
        server = Scripted(stream)
        await server.called()
        await server.answer()

    async with serving(over_tls(context, talk)) as port:
        result = await look_at(f"grpcs://localhost:{port}")
    assert Status.UP == result.status


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    async with serving(answering()) as port:
        probe = probe_of(f"grpc://127.0.0.1:{port}", {})

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    heard = b""

    async def record(stream: Stream) -> None:
        nonlocal heard

        class Recorder:
            async def send_all(self, data: bytes) -> None:
                nonlocal heard
                heard += data
                await stream.send_all(data)

            receive_some = stream.receive_some

        server = Scripted(Recorder())
        await server.called()
        await server.answer()

    assert Status.UP == (await look_at_handler(record)).status
    dice = random.Random(7)
    for _ in range(300):
        said = bytearray(heard)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.getrandbits(8)

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        result = await look_at_handler(talk)
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()


# --- protobuf, as the real library reads and writes it ------------------------------------------


@given(st.text(max_size=300))
def test_the_question_is_what_the_real_library_writes(service: str) -> None:
    real = health_pb2.HealthCheckRequest(service=service).SerializeToString()
    assert b"\0" + len(real).to_bytes(4, "big") + real == write_question(service)


@given(st.binary(max_size=40))
def test_an_answer_is_read_as_by_the_real_library_or_refused(message: bytes) -> None:
    try:
        status = read_answer(b"\0" + len(message).to_bytes(4, "big") + message)
    except TargetDown:
        return
    assert 0 <= status


def test_fields_that_are_not_known_yet_are_passed_over() -> None:
    message = b"\x10\x96\1" + b"\x19" + b"12345678" + b"\x22\3abc" + b"\x2d1234" + b"\x08\1"
    assert 1 == read_answer(b"\0\0\0\0" + bytes([len(message)]) + message)
    parsed = health_pb2.HealthCheckResponse.FromString(message)
    assert Serving.Value("SERVING") == parsed.status


def test_names_are_those_of_the_real_library() -> None:
    assert tuple(Serving.keys()) == SERVING
    assert tuple(code.name for code in grpc.StatusCode) == CODES
