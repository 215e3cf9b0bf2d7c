"""Each kind knows its names and their types, before any look."""

import pytest

from monitor.assertions import COMMON, ConditionError, Name, Names, Type, check, parse
from monitor.probes import conditions, find_kind


def names_of(scheme: str) -> Names:
    return conditions.names_of(find_kind(f"{scheme}:"))


QUEUE = COMMON | Names(
    (
        Name("length", Type.NUMBER, "jobs that wait"),
        Name("oldest", Type.DURATION, "the age of the oldest job", at="oldest_s"),
        Name("used", Type.PERCENT, "the share of the room that is used"),
        Name("by_name.*.count", Type.NUMBER, "jobs of one name"),
    )
)


def sentence(text: str, names: Names) -> str:
    with pytest.raises(ConditionError) as refused:
        parse(text, names)
    return refused.value.sentence


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("http", "statsu == 200", "'statsu' is not known here; did you mean status?"),
        ("http", "status_code == 200", "'status_code' is not known here; did you mean status?"),
        ("http", "headers.x == 'y'", "'headers' is not known here; did you mean header?"),
        ("http", "json.a == 1", "'json' is not known here; did you mean body?"),
        ("http", "response_time < 1s", "'response_time' is not known here; "
         "did you mean latency?"),
        ("http", "days_left > 3", "'days_left' is not known here; "
         "did you mean certificate.days_left?"),
        ("http", "certificate.day_left > 3", 'certificate has no "day_left"; '
         "did you mean days_left?"),
        ("tls", "certificate.colour == 'x'", 'certificate has no "colour"; '
         "it has chain, chain_days_left, days_left, fingerprint, issuer, key_bits, key_type, "
         "names, not_after, not_before, self_signed, serial, signature_algorithm, subject"),
        ("dns", "answers contains 'x'", "'answers' is not known here; did you mean dns.answers?"),
        ("dns", "rcode == 'NOERROR'", "'rcode' is not known here; did you mean dns.rcode?"),
        ("tcp", "quux == 1", "'quux' is not known here; "
         "there are: address, alpn, answer, caught, certificate, cipher, latency, phase, protocol"),
        ("tls", "any(certificate.names, host == 'x')", "'host' is not known here; "
         "did you mean address?"),
        ("dns", "any(dns.answers, quux == 'x')", "'quux' is not known here; "
         "write it.quux for a member of the element"),
    ],
)  # fmt: skip
def test_an_unknown_name_suggests_the_one_that_was_meant(
    kind: str, written: str, said: str
) -> None:
    assert said == sentence(written, names_of(kind))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("latency < 800", "latency is a duration, but 800 is a number; "
         "write its unit, as in 800ms or 800s"),
        ("800 > latency", "latency is a duration, but 800 is a number; "
         "write its unit, as in 800ms or 800s"),
        ("status == '200'", 'status is a number, but "200" is a text; write 200 without quotes'),
        ("status in [200, '204']", 'status is a number, but "204" is a text; '
         "write 204 without quotes"),
        ("status in 1s..2s", "status is a number, but 1s is a duration; leave out the unit"),
        ("certificate.days_left > 14d", "certificate.days_left is a number, but 14d is a duration; "
         "leave out the unit"),
        ("header.age == 3", 'header.age is a text, but 3 is a number; write "3"'),
        ("body == true", "body is a text, but true is true or false"),
        ("body < 'x'", "body is a text, and < compares only numbers, durations and percentages"),
        ("status contains 2", "status is a number; only texts and lists contain things"),
        ("body contains 3", 'a text contains only texts, but 3 is a number; write "3"'),
        ("status matches /2../", "status is a number; matches searches a text"),
        ("len(status) > 3", "status is a number; it has no length"),
        ("any(body, it == 3)", "body is a text; any goes through a list"),
        ("status", "status is a number; alone it is no condition"),
        ("body.name == 'x'", "body is a text, so it has no .name; "
         "write body.json.$.name if it is JSON"),
        ("status.code == 3", "status is a number, so it has no .code"),
        ("certificate[0] == 3", "certificate is a table, so it has no [0]; "
         "write certificate.name or certificate[*]"),
        ("certificate.names.first == 'x'", "certificate.names is a list, so it has no .first; "
         "write certificate.names[0] or any(certificate.names, it ...)"),
    ],
)  # fmt: skip
def test_what_could_never_be_decided_is_refused_before_any_look(written: str, said: str) -> None:
    assert said == sentence(written, names_of("http"))


def test_the_caret_stands_below_the_part_that_is_wrong() -> None:
    with pytest.raises(ConditionError) as refused:
        parse("status == 200 and certificate.day_left > 3", names_of("http"))
    assert (
        "status == 200 and certificate.day_left > 3\n"
        "                              ^"
    ) == refused.value.caret  # fmt: skip


def test_a_kind_declares_what_it_finds() -> None:
    facts = {"length": 3, "oldest_s": 75.0, "used": 7.5, "by_name": {"mail": {"count": 2}}}
    assert check(parse("oldest in 1m..2m and used < 10%", QUEUE), facts).passed
    assert check(parse("by_name.mail.count == 2 and length > 2", QUEUE), facts).passed
    assert "oldest > 2m: found 1m15s" == check(parse("oldest > 2m", QUEUE), facts).said


def test_functions_and_plugins_may_find_anything() -> None:
    assert check(parse("backlog < 5", names_of("python")), {"backlog": 3}).passed


def test_every_kind_has_the_names_of_every_look() -> None:
    for kind in ("http", "tcp", "tls", "dns", "exec", "python", "self"):
        parse("latency < 1s and phase.connect < 1s and address exists", names_of(kind))


def test_without_a_kind_only_the_types_of_what_every_look_finds_are_known() -> None:
    assert check(parse("latency < 1s and loss < 5"), {"latency": 0.5, "loss": 1}).passed
    with pytest.raises(ConditionError):
        parse("latency < 5")
