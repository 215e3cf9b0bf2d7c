"""Operators' templates: what they can say, and what they cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.options import ChannelOptions
from monitor.channels.templates import OUTPUT_LIMIT, Template, TemplateFailed
from monitor.channels.worded import worded
from monitor.channels.wording import compose
from monitor.core.alerts.notices import InvalidChannel, Message, NoticeKind
from tests.channels.receivers import message, notice


def rendered(source: str, told: Message | None = None, *, html: bool = False) -> str:
    return Template.read("text_template", source, html=html).render(told or message())


def test_a_template_says_what_the_operator_wants() -> None:
    source = (
        "{% for one in notices %}{{ one.kind|upper }} {{ one.subject }} for "
        "{{ one.lasted_s|duration }}{% if one.tags %} [{{ one.tags|join(',') }}]{% endif %}"
        "{% endfor %}"
    )
    assert "UP shop-7 for 1 min 20 s [prod]" == rendered(source, message(NoticeKind.UP))


def test_what_is_put_into_html_is_escaped() -> None:
    told = compose([notice(subject="<script>")])
    assert "<b>DOWN: &lt;script&gt;</b>" == rendered("<b>{{ title }}</b>", told, html=True)
    assert "<b>DOWN: <script></b>" == rendered("<b>{{ title }}</b>", told)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ titel }}", "option text_template: fails for a message of kind down: 'titel' is undef"),
        ("{{ notices[0].nmae }}", "has no attribute 'nmae'"),
        ("{{ title", "line 1: unexpected end of template"),
        ("a\n{% if %}", "line 2: Expected an expression"),
        ("{{ title|shout }}", "No filter named 'shout'"),
        ("{{ title.__class__ }}", "'__class__' begins with an underscore, which is ours"),
        ("{{ title['__class__'] }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ title|attr('__class__') }}", "No filter named 'attr'"),
        ("{{ title.upper() }}", "line 1: 'Call' is not allowed here; a template may hold names"),
        ("{{ range(9) }}", "'Call' is not allowed"),
        ("{{ 'a' * 999999999 }}", "'Mul' is not allowed"),
        ("{{ title ~ title }}", "'Concat' is not allowed"),
        ("{% set x = 1 %}", "'Assign' is not allowed"),
        ("{% macro m() %}{% endmacro %}", "'Macro' is not allowed"),
        ("{% include '/etc/passwd' %}", "'Include' is not allowed"),
        ("{% import 'os' as os %}", "'Import' is not allowed"),
        ("{% extends 'x' %}", "'Extends' is not allowed"),
        ("{% for x in notices recursive %}{% endfor %}", "a loop must not be recursive"),
        ("{{ notices|_counted }}", "'_counted' begins with an underscore"),
        (
            "{% for a in text %}{% for b in text %}{% for c in text %}{% endfor %}{% endfor %}"
            "{% endfor %}",
            "it takes more than 10,000 steps",
        ),
        ("{{ notices[0].tags.append }}", "fails for a message of kind"),
        ("x" * 20_000, "is longer than 16 KiB"),
    ],
)
def test_what_is_wrong_or_forbidden_is_found_when_the_channel_is_written_down(
    source: str, message: str
) -> None:
    with pytest.raises(InvalidChannel) as caught:
        Template.read("text_template", source)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 600


def test_what_comes_out_has_a_bound() -> None:
    source = "{% for a in text %}{{ text }}{% endfor %}"
    template = Template.compiled("text_template", source)
    with pytest.raises(TemplateFailed, match="it writes more than 64 KiB"):
        template.render(compose([notice(detail="x" * 1000, target="y" * 1000)]))


@pytest.mark.parametrize(
    "source",
    [
        "{{ text|replace('', text)|replace('', text) }}",
        "{{ text|list|join(text)|list|join(text) }}",
        "{{ text" + "|replace('e', 'eeeeeeee')" * 9 + " }}",
        "{{ text" + "|list|string" * 9 + " }}",
    ],
)
def test_no_text_grows_beyond_the_bound_on_the_way(source: str) -> None:
    with pytest.raises(InvalidChannel, match="it writes more than 64 KiB"):
        Template.read("text_template", source)


def test_uses_of_filters_are_counted_too() -> None:
    source = (
        "{% for a in text %}{% if a" + "|upper|lower" * 60 + " == 'x' %}{% endif %}{% endfor %}"
    )
    with pytest.raises(InvalidChannel, match="it takes more than 10,000 steps"):
        Template.read("text_template", source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 5000 + "title" + ")" * 5000 + " }}",
        "{% for a in text %}" * 40 + "{% endfor %}" * 40,
        "{{ " + "not " * 3000 + "title }}",
    ],
    ids=["parentheses", "loops", "not"],
)
def test_what_is_nested_too_deeply_is_refused(source: str) -> None:
    with pytest.raises(InvalidChannel, match="is nested too deeply"):
        Template.read("text_template", source)


def test_the_filters_do_what_they_are_known_for() -> None:
    told = compose([notice(subject='a "b" & c', tags=("x", "y"))])
    for source, said in (
        ("{{ notices[0].tags|join('+') }}", "x+y"),
        ("{{ notices[0].subject|replace('a', 'd') }}", 'd "b" & c'),
        ("{{ notices[0].tags|tojson }}", '["x", "y"]'),
        ("{{ notices[0].subject|tojson }}", r'"a \"b\" \u0026 c"'),
        ("{{ title|truncate(5, true, '.') }}", "DOWN."),
        ("{{ notices[0].ended_at|default('-', true) }}", "-"),
        ("{{ notices[0].tags|sort(reverse=true)|first|default('') }}", "y"),
        ("{{ 3725|duration }}, {{ 60|duration('ru') }}", "1 h 2 min, 1 мин"),
    ):
        assert said == rendered(source, told)
    assert "&lt;b&gt;" == rendered("{{ '<b>'|replace('x', 'y') }}", html=True)


def test_a_filter_cannot_make_much_of_little() -> None:
    for source in (
        "{{ title|center(999999999) }}",
        "{{ title|indent(999999999) }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ 'x'|wordwrap(1) }}",
        "{{ 1.5|round(999999999, 'ceil') }}",
    ):
        with pytest.raises(InvalidChannel, match="No filter named"):
            Template.read("text_template", source)


@given(st.text(alphabet="{}%| abctitle_.[]'0~*()-\n", max_size=60))
def test_any_text_is_a_template_that_ends_or_is_refused(source: str) -> None:
    refused = False
    try:
        template = Template.read("title_template", source)
    except InvalidChannel:
        refused = True
    assert refused or len(template.render(message())) <= OUTPUT_LIMIT


# --- put on a message ---------------------------------------------------------------------------


async def worded_as(told: Message, **options: Any) -> Message:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await worded(send, ChannelOptions(**options))(told)
    return sent[0]


async def test_a_channel_without_wishes_sends_what_it_gets() -> None:
    told = message()
    assert told is await worded_as(told)


async def test_title_and_text_are_the_operators() -> None:
    told = await worded_as(
        message(), title_template="!{{ title }}\nx", text_template=" {{ key }}\n"
    )
    assert ("!DOWN: shop-7 x", message().key) == (told.title, told.text)


async def test_a_channel_may_speak_another_language() -> None:
    told = await worded_as(message(), lang="ru", title_template="{{ title }}!")
    assert "НЕ РАБОТАЕТ: shop-7!" == told.title
    assert message().key == told.key


async def test_a_template_that_fails_does_not_hold_up_the_message() -> None:
    source = "{% for a in notices %}{% for b in a.detail %}{% endfor %}{% endfor %}"
    many = compose([notice(task=number, detail="x" * 400) for number in range(40)])
    told = await worded_as(many, text_template=source)
    assert many.title == told.title
    assert told.text.startswith(many.text)
    assert told.text.endswith(
        "(The channel's text_template failed, this is our own wording: it takes more than "
        "10,000 steps)"
    )
