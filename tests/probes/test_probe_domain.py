"""Registrations, as a stand-in for a registry tells of them: over real TLS, in real RDAP.

No registry is asked by tests. The answers are made after RFC 9083 and what registries really say.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
import trio
import trustme

from monitor.core.model import Reason, Result, Status, TaskSpec
from monitor.core.ports import InvalidTask, Trace
from monitor.engine.look import look
from monitor.probes import prepare
from monitor.probes.answers import Answer
from monitor.probes.domainregistry import LIST_KEPT_S, QUIET_S, Registry, Unclear, rdap_request
from monitor.probes.guard import POLICY, Policy
from monitor.probes.rdap import read_registration, server_for
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
    TIMEOUT_S,
    client_sockets,
    closed_port,
    hang,
    http_answer,
    look_at,
    over_tls,
    probe_of,
    read_request,
    serving,
)
from tests.probes.stepping import cancelled_at_step


def in_days(days: float) -> str:
    """Return a moment as registries write it; a minute more, so that days do not end meanwhile."""
    moment = datetime.now(UTC) + timedelta(days=days, minutes=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def registered(days: float = 400, **more: Any) -> dict[str, Any]:
    """Return what a registry says of `example.com`."""
    return {
        "objectClassName": "domain",
        "handle": "2336799_DOMAIN_COM-VRSN",
        "ldhName": "EXAMPLE.COM",
        "status": ["client transfer prohibited", "Client Delete Prohibited"],
        "entities": [
            {"objectClassName": "entity", "roles": ["technical"], "handle": "7"},
            {
                "objectClassName": "entity",
                "roles": ["registrar"],
                "handle": "376",
                "vcardArray": [
                    "vcard",
                    [["version", {}, "text", "4.0"], ["fn", {}, "text", "Registrar Ltd"]],
                ],
            },
        ],
        "events": [
            {"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": in_days(days)},
            {"eventAction": "last changed", "eventDate": "2026-08-14T07:01:44Z"},
        ],
        "secureDNS": {"delegationSigned": True},
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "A.IANA-SERVERS.NET"},
            {"objectClassName": "nameserver", "ldhName": "b.iana-servers.net."},
        ],
        **more,
    }


def listed(address: str, *endings: str) -> dict[str, Any]:
    """Return a list of registries as IANA publishes it."""
    return {
        "description": "RDAP bootstrap file for Domain Name System registrations",
        "version": "1.0",
        "services": [[["net", "org"], ["https://rdap.nowhere.example/"]], [[*endings], [address]]],
    }


Answers = Callable[[str], bytes]


@attrs.define
class Served:
    """A server for RDAP, and the requests that it has heard."""

    port: int
    asked: list[str]
    heard: list[bytes]

    @property
    def base(self) -> str:
        return f"https://localhost:{self.port}/rdap"


@asynccontextmanager
async def registry(ca: trustme.CA, answers: Answers) -> AsyncIterator[Served]:
    """Answer each path as `answers` has it."""
    served = Served(0, [], [])

    async def handler(stream: trio.abc.Stream) -> None:
        heard = await read_request(stream)
        if b"\r\n\r\n" not in heard:
            return  # it was cancelled
        path = heard.split(b" ")[1].decode()
        served.heard.append(heard)
        served.asked.append(path)
        if answer := answers(path):
            await stream.send_all(answer)
        else:
            await hang(stream)

    context = server_context(ca.issue_cert("localhost"))
    async with serving(over_tls(context, handler)) as served.port:
        yield served


def rdap(found: object, status: str = "200 OK", headers: dict[str, str] | None = None) -> bytes:
    headers = {"Content-Type": "application/rdap+json", **(headers or {})}
    return http_answer(json.dumps(found), status, headers)


def always(answer: bytes) -> Answers:
    return lambda _path: answer


async def look_at_answer(ca: trustme.CA, answer: bytes, **options: object) -> Result:
    async with registry(ca, always(answer)) as served:
        return await look_at("domain:example.com", server=served.base, **options)


async def judged(ca: trustme.CA, found: object, *conditions: str, **options: object) -> Result:
    async with registry(ca, always(rdap(found))) as served:
        spec = TaskSpec(
            name="a test",
            target="domain:example.com",
            options={"server": served.base, **options},
            expect=conditions,
        )
        prepared = prepare(spec)
        return prepared.rule(await look(prepared.probe, TIMEOUT_S))


async def test_a_domain_that_is_registered_is_up_with_its_facts(ca: trustme.CA) -> None:
    async with registry(ca, always(rdap(registered(30.5)))) as served:
        result = await look_at("domain:example.com", server=served.base)
        assert ["/rdap/domain/example.com"] == served.asked
        assert b"\r\nAccept: application/rdap+json, application/json\r\n" in served.heard[0]
    assert Status.UP == result.status
    expires = in_days(30.5)
    assert f"registered with Registrar Ltd until {expires[:10]}, for 30.5 more days" == (
        result.detail
    )
    facts = result.facts["domain"]
    assert expires[:13] == facts["expires"][:13]
    assert {
        "days_left": 30.5,
        "expires": facts["expires"],
        "registrar": "Registrar Ltd",
        "statuses": ["client transfer prohibited", "client delete prohibited"],
        "nameservers": ["a.iana-servers.net", "b.iana-servers.net"],
    } == facts
    assert ["resolve", "connect", "tls", "first_byte", "body"] == list(result.timings)


@pytest.mark.parametrize(
    ("days", "statuses", "conditions", "expected"),
    [
        (10, [], (), Status.UP),
        (-1, [], (), Status.DOWN),
        (-1, [], ("domain.days_left > -5",), Status.UP),
        (10, [], ("domain.days_left > 14",), Status.DOWN),
        (10, ["redemption period"], (), Status.DOWN),
        (10, ["Pending Delete"], (), Status.DOWN),
        (10, ["server hold"], (), Status.DOWN),
        (10, ["client hold"], ("domain.days_left > 5",), Status.DOWN),
        (10, ["client hold"], ("len(domain.statuses) == 1",), Status.UP),
        (10, [], ('domain.registrar == "Registrar Ltd"',), Status.UP),
        (10, [], ('any(domain.nameservers, it contains "iana")',), Status.UP),
    ],
)
async def test_what_is_well_is_up_to_conditions_with_sound_defaults(
    ca: trustme.CA, days: float, statuses: list[str], conditions: tuple[str, ...], expected: Status
) -> None:
    result = await judged(ca, registered(days, status=statuses), *conditions)
    assert expected == result.status, result.detail


async def test_a_domain_that_has_expired_says_since_when(ca: trustme.CA) -> None:
    result = await judged(ca, registered(-3.2))
    assert result.detail.startswith("neither domain.days_left > 0 (found -3.2) nor ")
    assert result.detail.endswith(", expired 3.2 days ago)")


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ("domain:example.com", "example.com is not registered"),
        (
            "domain://www.example.com/",
            "www.example.com is not registered; if it lies below a registered one, give that one",
        ),
    ],
)
async def test_a_domain_that_nobody_has_is_down(ca: trustme.CA, target: str, detail: str) -> None:
    answer = rdap({"errorCode": 404, "title": "Not Found"}, "404 Not Found")
    async with registry(ca, always(answer)) as served:
        result = await look_at(target, server=served.base)
    assert (Status.DOWN, "check", detail) == (result.status, result.phase, result.detail)


@pytest.mark.parametrize("written", ["m\u00fcnchen.example", "M\u00dcNCHEN.Example."])
async def test_other_letters_than_ascii_are_asked_for_as_registries_know_them(
    ca: trustme.CA, written: str
) -> None:
    found = registered(ldhName="xn--mnchen-3ya.example", unicodeName="m\u00fcnchen.example")
    async with registry(ca, always(rdap(found))) as served:
        result = await look_at(f"domain:{written}", server=served.base)
        assert ["/rdap/domain/xn--mnchen-3ya.example"] == served.asked
    assert Status.UP == result.status


# --- registries that say less, or nothing -------------------------------------------------------


@pytest.mark.parametrize(
    "events",
    [
        None,
        [],
        "soon",
        [None, 5, {}, {"eventAction": "expiration"}],
        [{"eventAction": "expiration", "eventDate": "next year"}],
        [{"eventAction": "expiration", "eventDate": "0001-01-01T00:00:00+23:00"}],
    ],
)
async def test_a_registry_that_does_not_say_until_when_is_unknown_unless_that_is_known(
    ca: trustme.CA, events: object
) -> None:
    result = await judged(ca, registered(events=events))
    detail = "registered with Registrar Ltd, the registry does not say until when"
    assert (Status.UNKNOWN, detail) == (result.status, result.detail)
    result = await judged(ca, registered(events=events), expiry=False)
    assert (Status.UP, detail) == (result.status, result.detail)
    assert "days_left" not in result.facts["domain"]


async def test_what_the_registrar_says_counts_where_the_registry_is_silent(ca: trustme.CA) -> None:
    events = [{"eventAction": "registrar expiration", "eventDate": in_days(7)}]
    assert 7.0 == (await judged(ca, registered(events=events))).facts["domain"]["days_left"]


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (rdap({"title": "Oops"}, "500 Oh"), "the registry answered status 500: Oops"),
        (http_answer("", "403 No"), "the registry answered status 403"),
        (rdap({}, "400 Bad"), "the registry answered status 400"),
        (http_answer("", "301 Moved"), "the registry answered status 301"),
        (http_answer("<html>"), "the registry's answer is not JSON: expecting value at line 1"),
        (rdap([]), "the registry's answer is not a JSON object"),
        (rdap({}), "the registry's answer is not about example.com"),
        (rdap({"objectClassName": ["domain"]}), "the registry's answer is not about example.com"),
        (rdap(registered(ldhName="example.org")), "the registry's answer is not about example.com"),
        (http_answer("x" * 2_000_000), "the registry's answer is longer than 1024 KiB"),
        (http_answer("[" * 500_000), "the registry's answer is JSON nested too deeply"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the registry at localhost cannot be asked: not a valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "the registry at localhost cannot be"),
        (http_answer("", "302 F", {"Location": "ftp://x"}), "the registry at localhost cannot be"),
        (http_answer("", "302 F", {"Location": "//["}), "the registry at localhost cannot be"),
        (
            http_answer("", "302 F", {"Location": "https://me:hunter2@h/"}),
            "the registry at localhost cannot be asked: it redirects to an address with a user",
        ),
        (http_answer("", "302 F", {"Location": "/"}), "the registry cannot be asked: more than 5"),
    ],
)
async def test_a_registry_that_says_nothing_of_the_domain_is_unknown(
    ca: trustme.CA, answer: bytes, detail: str
) -> None:
    result = await look_at_answer(ca, answer)
    assert (Status.UNKNOWN, Reason.PROBE_UNKNOWN) == (result.status, result.reason)
    assert result.detail.startswith(detail)
    assert result.detail.isprintable()
    assert "hunter2" not in result.detail


async def test_a_registry_that_cannot_be_reached_is_unknown(ca: trustme.CA) -> None:
    result = await look_at("domain:example.com", server=f"http://127.0.0.1:{closed_port()}")
    assert Status.UNKNOWN == result.status
    assert result.detail.endswith("connection refused")
    async with registry(trustme.CA(), always(b"")) as served:
        result = await look_at("domain:example.com", server=served.base)
    assert Status.UNKNOWN == result.status
    assert "localhost cannot be asked: the certificate is signed by an unknown" in result.detail


async def test_a_silent_registry_is_unknown_before_the_deadline_blames_the_domain(
    ca: trustme.CA,
) -> None:
    async with registry(ca, always(b"")) as served:
        result = await look_at("domain:example.com", SHORT_S, server=served.base)
    assert Status.UNKNOWN == result.status
    assert "the registry gave no answer in time, in phase first_byte" == result.detail


@pytest.mark.parametrize("vcard", [None, "x", ["vcard"], ["vcard", "x"], ["vcard", [["fn"], 5]]])
def test_a_registrar_without_a_name_is_called_by_its_handle(vcard: object) -> None:
    entity = {"roles": ["registrar"], "handle": "376", "vcardArray": vcard}
    found = read_registration(registered(entities=[7, {"roles": 1}, entity]), "example.com")
    assert found is not None
    assert "376" == found.registrar


def test_values_of_wrong_types_are_left_away() -> None:
    wrong: dict[str, Any] = {
        "status": {"a": 1},
        "entities": "x",
        "nameservers": [1, {"ldhName": 2}],
        "ldhName": 3,
    }
    found = read_registration(registered(**wrong), "example.com")
    assert found is not None
    assert ("", [], []) == (found.registrar, found.statuses, found.nameservers)
    found = read_registration(registered(status=[1, None, "ok", ["x"]]), "example.com")
    assert found is not None
    assert ["ok"] == found.statuses


def test_lists_without_end_are_cut() -> None:
    servers = [{"ldhName": f"ns{i}.example"} for i in range(5_000)]
    found = read_registration(registered(nameservers=servers), "example.com")
    assert found is not None
    assert 100 == len(found.nameservers)


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


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("domain:", {}, "target"),
        ("domain:com", {}, "target"),
        ("domain:192.0.2.1", {}, "target"),
        ("domain:[2001:db8::1]", {}, "target"),
        ("domain:example.com/path", {}, "target"),
        ("domain:example.com:43", {}, "target"),
        ("domain:exa mple.com", {}, "target"),
        ("domain:..", {}, "target"),
        ("domain:example.com", {"server": "rdap.example"}, "option server"),
        ("domain:example.com", {"server": "ftp://rdap.example"}, "option server"),
        ("domain:example.com", {"server": "https://"}, "option server"),
        ("domain:example.com", {"registries": ""}, "option registries"),
        ("domain:example.com", {"reuse": 60}, "option reuse"),
        ("domain:example.com", {"expiry": "maybe"}, "option expiry"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
