"""gRPC's health service: the real one of grpcio, what may be asked, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
import trustme
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Status
from monitor.core.probing import InvalidTask, TargetDown
from monitor.probes.grpchealth import CODES, SERVING, read_answer, write_question
from tests.probes.conversations import judged
from tests.probes.servers import look_at, probe_of

Serving = health_pb2.HealthCheckResponse.ServingStatus


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
