"""Which conditions hold for what a look found."""

from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from monitor.assertions import Percent, Seconds
from monitor.core.model import Status
from tests.assertions.looks import outcome


@pytest.mark.parametrize(
    "text",
    [
        "status == 503",
        "503 == status",
        "status != 200",
        "status > 500 and status >= 503 and status < 504 and status <= 503",
        "status in 500..599",
        "status in 503..503",
        "status in [200, 503]",
        "status in [200..299, 500..599]",
        "status not in 200..299",
        "latency < 2s and latency > 1s and latency == 1250ms and latency in 1s..1.5s",
        "latency > -1s",
        "phase.tls < 500ms",
        "loss > 5% and loss in 5%..10% and loss == 7.5%",
        "certificate.days_left > 3 and certificate.days_left < 3.5",
        "dns.ttl == 5m",
        'dns.rcode == "NXDOMAIN"',
    ],
)
def test_numbers_durations_and_percentages_compare(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        'page contains "error"',
        'page not contains "Error"',
        "page matches /error/",
        "page matches /ERROR/i",
        "page matches /^<html>.<head>/s",
        "page matches /^<head>/m",
        "page not matches /^<head>/",
        r"page matches /an\s+err(or|and) \w{8}/",
        'body.json.$.status == "ok"',
        'body.json.$.status in ["ok", "well"]',
        'header["X-Cache"] == "HIT"',
        'header.SERVER contains "nginx"',
        'dns.answers contains "192.0.2.1"',
        'dns.answers not contains "192.0.2"',
        'empty == ""',
        "body.json.$.items[0].tags contains 'red'",
    ],
)
def test_texts_and_lists_are_searched(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        "any(body.json.$.items, it.price > 9)",
        "not any(body.json.$.items, it.price > 10)",
        "all(body.json.$.items, it.price > 0 and it.id in 3..4)",
        "not all(body.json.$.items, it.price > 1)",
        "any(body.json.$.items, any(it.tags, it == 'red'))",
        "any(body.json.$.disks[*], it.used > 80)",
        "all(nothing, it == 1)",
        "not any(nothing, it == 1)",
        "any(body.json.$.items, it.tags contains 'new' and len(it.name) == 1)",
        "any(dns.answers, it matches /\\.2$/)",
        "any(body.json.$.items, it.id == 4 and body.json.$.ready)",
    ],
)
def test_any_and_all_go_through_lists(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        "len(body.json.$.items) == 2",
        "len(body.json.$.disks) == 2",
        "len(body.json.$.status) == 2",
        "len(empty) == 0 and len(nothing) == 0",
        "body.json.$.items == body.json.$.items",
        "body.json.$.items[0].tags == ['new', 'red']",
        "body.json.$.items[0].tags != ['red', 'new']",
        "body.json.$.items[0].id < body.json.$.items[1].id",
        "body.json.$.items[1].tags == []",
    ],
)
def test_lengths_lists_and_other_facts_compare(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        "body.json.$.error exists",
        "body.json.$.errors not exists",
        "not body.json.$.errors exists",
        "certificate exists and proxy not exists",
        "body.json.$.items[2] not exists",
        "body.json.$.status.deeper not exists",
        "body.json.$.error == null",
        "body.json.$.error != 'fatal'",
        "body.json.$.status != null",
        "null != body.json.$.status",
        "not body.json.$.status == null",
        "body.json.$.error in [null, 'none']",
        "body.json.$.ready",
        "body.json.$.ready == true and body.json.$.ready != false",
        "true or body.json.$.ready",
    ],
)
def test_what_is_there_what_is_null_and_what_is_true(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        "status == 200 or latency < 2s",
        "not (status == 200 or latency < 1s)",
        "not (status == 503 and latency < 1s)",
        "not not status == 503",
        "status == 200 and latency < 1s or status == 503",
        "header.nope == 'x' or status == 503",
        "header.nope exists and header.nope == 'x' or status == 503",
        "header.nope not exists or header.nope == 'x'",
        "not (header.nope exists and header.nope == 'x')",
    ],
)
def test_and_or_and_not_combine(text: str) -> None:
    assert outcome(text).passed


@pytest.mark.parametrize(
    "text",
    [
        "nope == 3",
        "nope != 3",
        "body.json.$.count > 2",
        "body.json.$.count == 3",
        "body.json.$.count != 3",
        "body.json.$.count in [3, 4]",
        "body.json.$.items[0].id matches /3/",
        "body.json.$.items[0].id contains '3'",
        "body.json.$.status contains body.json.$.items[0].id",
        "any(body.json.$.status, it == 'o')",
        "len(body.json.$.ready) == 1",
        "body.json.$.status",
        "body.json.$.status > body.json.$.error",
        "body.json.$.items < body.json.$.items",
        "page.json.$.a exists",
        "any(body.json.$.items, it.nope == 1)",
        "body.json.$.items[*].nope contains 1",
        "ttl.json.$ == 3",
    ],
)
def test_what_cannot_be_decided_fails_and_so_does_its_contrary(text: str) -> None:
    assert not outcome(text).passed
    assert not outcome(f"not ({text})").passed


def test_one_is_not_true_and_a_digit_is_not_a_number() -> None:
    facts = {"one": 1, "yes": True, "digit": "1", "ones": [1], "several": [True, "1"]}
    assert not outcome("one == true", facts).passed
    assert not outcome("yes == 1", facts).passed
    assert not outcome("digit == 1", facts).passed
    assert not outcome("ones == [true]", facts).passed
    assert not outcome("several contains 1", facts).passed
    assert outcome("several contains true and several contains '1'", facts).passed
    assert outcome("one == 1.0", facts).passed


def test_facts_may_say_themselves_that_they_are_durations_or_percentages() -> None:
    facts = {"waited": Seconds(90), "share": Percent(5), "bare": 90.0}
    assert outcome("waited in 1m..2m and share <= 5%", facts).passed
    assert not outcome("bare > 1m", facts).passed
    assert not outcome("waited > 1", facts).passed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"raw", 'x == "raw"'),
        ((1, 2), "x == [1, 2]"),
        ({3}, "x contains 3"),
        (MappingProxyType({"a": 1}), "x.a == 1 and len(x) == 1"),
        (HTTPStatus.OK, "x == 200"),
        (Status.UP, 'x == "up"'),
        (Decimal("0.5"), "x == 0.5 and x < 1"),
        (date(2026, 1, 2), 'x == "2026-01-02"'),
        (timedelta(minutes=2), "x > 90s"),
        (UUID(int=1), "x matches /-0{11}1$/"),
        (IPv4Address("192.0.2.1"), 'x == "192.0.2.1"'),
        (type("Longer", (Seconds,), {})(2), "x < 3s"),
        (type("Share", (Percent,), {})(2), "x < 3%"),
        (type("Count", (int,), {})(2), "x in 1..2"),
        (type("Ratio", (float,), {})(0.5), "x in 0..1"),
        (type("Word", (str,), {})("well"), 'x == "well"'),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_values_of_python_are_read_as_what_they_stand_for(value: Any, text: str) -> None:
    assert outcome(text, {"x": value}).passed


def test_members_that_are_no_plain_names_are_written_in_brackets() -> None:
    assert outcome('body.json.$["and"]["2xx"] == 7 and body.json.$.and["json"] == 1').passed


def test_every_element_must_have_what_is_asked_of_every_element() -> None:
    facts = {"services": [{"ok": True}, {}]}
    assert not outcome("all(services, it.ok)", facts).passed
    assert not outcome("any(services[*].ok, it)", facts).passed
    assert outcome("any(services, it.ok)", facts).passed
