"""Which registry is asked about a domain, how often, and how it is left; by a stand-in."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
import trustme

from monitor.core.model import Reason, Status
from monitor.core.probing import Trace
from monitor.engine.look import look
from monitor.probes.answers import Answer
from monitor.probes.domainregistry import LIST_KEPT_S, QUIET_S, Registry, Unclear, rdap_request
from monitor.probes.guard import POLICY, Policy
from monitor.probes.rdap import server_for
from tests.probes.registries import (
    always,
    listed,
    look_at_answer,
    rdap,
    registered,
    registry,
)
from tests.probes.servers import (
    TIMEOUT_S,
    client_sockets,
    http_answer,
    look_at,
    probe_of,
)
from tests.probes.stepping import cancelled_at_step

# --- who is asked -------------------------------------------------------------------------------


async def test_the_list_of_registries_says_whom_to_ask_and_redirects_are_followed(
    ca: trustme.CA,
) -> None:
    def answers(path: str) -> bytes:
        if path == "/dns.json":
            return http_answer(json.dumps(listed(served.base + "/", "com")))
        if path.startswith("/rdap/"):
            return http_answer("", "302 Found", {"Location": "/other/domain/example.com"})
        return rdap(registered())

    async with registry(ca, answers) as served:
        registries = f"https://localhost:{served.port}/dns.json"
        result = await look_at("domain:example.com", registries=registries)
        assert (Status.UP, served.asked) == (
            result.status,
            ["/dns.json", "/rdap/domain/example.com", "/other/domain/example.com"],
        )
        assert b"\r\nAccept: application/rdap+json" in served.heard[2]
        result = await look_at("domain:example.de", registries=registries)
    assert Status.UNKNOWN == result.status
    assert "the registry of .de offers no RDAP, so it cannot be asked" == result.detail


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (http_answer("", "503 No"), "the list of registries cannot be had: status 503"),
        (http_answer("<html>"), "the list of registries is not JSON"),
        (http_answer("{}"), "the list of registries has no services"),
        (http_answer('{"services": 5}'), "the list of registries has no services"),
        (
            http_answer(json.dumps(listed("gopher://x/", "com"))),
            "the list of registries has a wrong address: 'gopher://x/' does",
        ),
        (
            http_answer(json.dumps(listed("https://", "com"))),
            "the list of registries has a wrong address: ",
        ),
        (b"", "the registry gave no answer in time"),
    ],
)
async def test_a_list_that_is_of_no_use_is_unknown(
    ca: trustme.CA, answer: bytes, detail: str
) -> None:
    async with registry(ca, always(answer)) as served:
        result = await look_at("domain:example.com", 1.0, registries=served.base)
    assert Status.UNKNOWN == result.status
    assert result.detail.startswith(detail)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.com", "https://com.example/v1/"),
        ("example.co.uk", "https://co-uk.example/"),
        ("example.uk", "http://uk.example/"),
        ("example.xn--p1ai", "https://rf.example/"),
        ("example.telecom", None),
        ("com", None),
        ("example.broken", None),
        ("example.empty", None),
    ],
)
def test_the_longest_ending_decides_and_https_is_preferred(name: str, expected: str | None) -> None:
    services = [
        [["uk"], ["http://uk.example/"]],
        [["COM", "net"], ["http://com.example/v1/", "https://com.example/v1/"]],
        [["co.uk"], ["https://co-uk.example/"]],
        [["xn--p1ai"], ["https://rf.example/"]],
        [["broken"], "https://x/"],
        [["empty"], []],
        [["", 5, None]],
        [],
        "x",
        {},
        5,
    ]
    assert expected == server_for(name, {"services": services})


async def test_looks_go_only_where_they_may(ca: trustme.CA) -> None:
    elsewhere = http_answer("", "302 Found", {"Location": "http://169.254.169.254/latest/"})
    result = await look_at_answer(ca, elsewhere)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)
    token = POLICY.set(Policy(private="deny"))
    try:
        result = await look_at_answer(ca, rdap(registered()))
    finally:
        POLICY.reset(token)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


# --- how often ----------------------------------------------------------------------------------


async def test_an_answer_is_used_again_but_a_failure_is_not(ca: trustme.CA) -> None:
    answers = [
        http_answer("", "503 No"),
        rdap({}, "404 Not Found"),
        rdap(registered()),
        rdap(registered(1)),
    ]
    async with registry(ca, lambda _path: answers.pop(0)) as served:
        probe = probe_of("domain:example.com", {"server": served.base})
        seen = [(await look(probe, TIMEOUT_S)).status for _ in range(5)]
        assert 3 == len(served.asked)
    assert [Status.UNKNOWN, Status.DOWN, Status.UP, Status.UP, Status.UP] == seen


async def test_with_reuse_of_nothing_the_registry_is_asked_each_time(ca: trustme.CA) -> None:
    async with registry(ca, always(rdap(registered()))) as served:
        probe = probe_of("domain:example.com", {"server": served.base, "reuse": "0s"})
        for _ in range(3):
            await look(probe, TIMEOUT_S)
        assert 3 == len(served.asked)


@pytest.mark.parametrize(
    ("said", "left"),
    [("120", "2m"), ("1", "1m"), ("", "15m"), ("99999999999", "15m"), ("9999999", "1d")],
)
async def test_a_registry_that_was_asked_too_often_is_left_alone(
    ca: trustme.CA, said: str, left: str
) -> None:
    answer = rdap({}, "429 Too Many Requests", {"Retry-After": said})
    async with registry(ca, always(answer)) as served:
        probe = probe_of("domain:example.com", {"server": served.base})
        first, second = [await look(probe, TIMEOUT_S) for _ in range(2)]
        assert 1 == len(served.asked)
    words = "the registry was asked too often; it will be asked again in "
    assert (Status.UNKNOWN, words + left) == (first.status, first.detail)
    assert Status.UNKNOWN == second.status
    assert second.detail.startswith(words)


async def test_what_is_remembered_is_forgotten_in_time(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    """On virtual time, so without sockets: what is fetched is put in place of the fetching."""
    asked: list[str] = []
    replies = {"/dns.json": (200, listed("https://rdap.example/", "com"))}

    async def fetch(_what: str, request: Any, _trace: Trace) -> Any:
        await trio.lowlevel.checkpoint()
        path = request.url.path
        asked.append(path)
        status, found = replies.get(path, (200, registered()))
        return Answer(status, {}, found, "")

    monkeypatch.setattr("monitor.probes.domainregistry._fetch", fetch)
    registry = Registry("example.com", "", rdap_request("https://list.example/dns.json"))
    domain = "/domain/example.com"

    assert 0 == (await registry.known(Trace(), 3600))[1]
    await trio.sleep(3599)
    assert 3599 == (await registry.known(Trace(), 3600))[1]
    assert ["/dns.json", domain] == asked
    await trio.sleep(1)
    assert 0 == (await registry.known(Trace(), 3600))[1]
    assert ["/dns.json", domain, domain] == asked

    # A day later the list is wanted again; while nobody has it, yesterday's will do.
    await trio.sleep(LIST_KEPT_S)
    replies["/dns.json"] = (503, {})
    await registry.known(Trace(), 3600)
    assert ["/dns.json", domain] == asked[3:]

    replies[domain] = (429, {})
    await trio.sleep(3600)
    with pytest.raises(Unclear, match="it will be asked again in 15m"):
        await registry.known(Trace(), 3600)
    await trio.sleep(QUIET_S - 60)
    with pytest.raises(Unclear, match="it will be asked again in 1m"):
        await registry.known(Trace(), 3600)
    del replies[domain]
    await trio.sleep(60)
    assert 0 == (await registry.known(Trace(), 3600))[1]


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(ca: trustme.CA) -> None:
    def answers(path: str) -> bytes:
        if path == "/dns.json":
            return http_answer(json.dumps(listed(served.base, "com")))
        return rdap(registered())

    async with registry(ca, answers) as served:
        options = {"registries": f"https://localhost:{served.port}/dns.json"}

        async def work() -> None:
            await probe_of("domain:example.com", options)(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(served.port), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 10 < step < 1000
