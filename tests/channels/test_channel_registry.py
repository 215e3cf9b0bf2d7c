"""The registry: every family is found and described, and what is wrong is named without secrets."""

from __future__ import annotations

import traceback
from fnmatch import fnmatch
from typing import Any, get_type_hints

import attrs
import pytest

from monitor.channels import families, find_family, prepare_channel, shown_url
from monitor.channels.options import ChannelOptions
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel
from tests.channels.receivers import sender


def test_every_family_is_described_and_its_example_works() -> None:
    for family in families():
        assert family.summary.endswith(".")
        scheme = family.example.partition(":")[0]
        assert any(fnmatch(scheme, known) for known in family.schemes)
        assert issubclass(family.options, ChannelOptions)
        assert callable(prepare_channel(ChannelSpec(name="x", url=family.example)))
        assert all(
            find_family(f"{known.replace('*', 'x')}://x") is family for known in family.schemes
        )


def test_every_option_has_a_default_and_a_description() -> None:
    for family in families():
        family.options()
        hints = get_type_hints(family.options, include_extras=True)
        for field in attrs.fields(family.options):
            assert hints[field.name].__metadata__[0].description, (family.name, field.name)


def test_options_that_are_secret_are_not_in_the_repr() -> None:
    secret_names = {"password", "token", "secret", "headers", "user_key", "key"}
    for family in families():
        for field in attrs.fields(family.options):
            assert not (field.repr and field.name in secret_names), (family.name, field.name)


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("webhok+https://x", {}, "url: has an unknown scheme 'webhok+https', did you mean 'webh"),
        ("x", {}, "url: begins with no kind of channel"),
        ("webhook+https:x", {}, "url: has no // after"),
        ("webhook+https://me:123456/x@host", {}, "url: has an @ behind its host; in a password w"),
        ("mailtos://me:123456?x@host?to=a@b", {}, "url: has an @ behind its host; in a password"),
        ("webhook+https://x", {"mehtod": "PUT"}, "option mehtod: is not known here, did you mean"),
        ("webhook+https://x", {"secret": 123456}, "option secret: what is written there is not"),
        ("webhook+https://${NOT_SET_HERE}", {}, "url: the environment variable NOT_SET_HERE is"),
        ("webhook+https://x", {"token": "${NOT_SET_HERE}"}, "option token: the environment vari"),
        ("webhook+https://x", {"lang": "de"}, "option lang: "),
        ("webhook+https://x", {"title_template": "{{"}, "option title_template: line 1: "),
        ("webhook+https://x", {"verify": False}, "option verify: is not known here"),
    ],
)
def test_what_is_wrong_is_named(url: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidChannel) as caught:
        sender(url, **options)
    assert str(caught.value).startswith(message)
    assert "123456" not in "".join(traceback.format_exception(caught.value))


async def test_references_are_replaced_when_the_channel_is_made_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOOK_HOST", "bad host")
    with pytest.raises(InvalidChannel, match="contains a space"):
        sender("webhook+https://${HOOK_HOST}/")
    monkeypatch.setenv("HOOK_HOST", "example.com")
    assert callable(sender("webhook+https://${HOOK_HOST}/"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "webhook+https://me:hunter2@example.com:8443/T0P/SECRET?x=1",
            "webhook+https://example.com:8443",
        ),
        ("mailtos://me:hunter2@example.com?to=a@b", "mailtos://example.com"),
        ("MAILTO://me:hunter2@[::1]:25/?to=a@b", "mailto://[::1]:25"),
        ("mailto://me:hun/ter2@host?to=a@b", "mailto://***"),
        ("mailto://me:hun?ter2@host?to=a@b", "mailto://***"),
        ("webhook+https://me:hun#ter2@host", "webhook+https://***"),
        ("pagerduty://hunter2", "pagerduty://***"),
        ("telegram://1:hunter2@5", "telegram://***"),
        ("apprise+pover://hunter2", "apprise+pover:***"),
        ("hunter2", "***"),
        ("htp://hunter2", "htp:***"),
        ("webhook+https:hunter2", "webhook+https:***"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, shown: str) -> None:
    assert shown == shown_url(url)
