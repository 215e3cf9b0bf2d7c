"""Registrations, as a stand-in for a registry tells of them; no registry is asked by tests."""

from __future__ import annotations

from typing import Any

import pytest
import trustme

from monitor.core.model import Reason, Status
from monitor.core.probing import InvalidTask
from monitor.probes.rdap import read_registration
from tests.probes.registries import (
    always,
    in_days,
    judged,
    look_at_answer,
    rdap,
    registered,
    registry,
)
from tests.probes.servers import (
    SHORT_S,
    closed_port,
    http_answer,
    look_at,
    probe_of,
)


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
