"""Where alerts go, one family of channels in one file, and the registry that finds the right one.

families  webhook, mail; alertmanager, pagerduty, opsgenie; ntfy, gotify, telegram, matrix, slack,
          discord, teams; everything else that Apprise knows (apprise, an extra)
words     wording (titles and texts, in the languages of phrases), severity; payload (what webhooks
          and templates get), templates and samples (operators' own words), worded
sending   post (over HTTP), letter, submission and mailaddress (mail), events (one by one);
          address and credentials (where, and who we are); redaction (no secret is told)
page      what the documentation says of them
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from monitor.channels import apprise
from monitor.channels.family import Family
from monitor.channels.worded import worded
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel, Send
from monitor.core.describe import HIDDEN
from monitor.core.probing import InvalidTask
from monitor.probes.options import did_you_mean, read_options
from monitor.probes.target import scheme_of
from monitor.references import BadReference, fetched

_BUILT_IN = {
    "webhook+https": "webhook",
    "webhook+http": "webhook",
    "mailto": "mail",
    "mailtos": "mail",
    "alertmanager+https": "alertmanager",
    "alertmanager+http": "alertmanager",
    "pagerduty": "pagerduty",
    "opsgenie": "opsgenie",
    "ntfys": "ntfy",
    "ntfy": "ntfy",
    "gotifys": "gotify",
    "gotify": "gotify",
    "telegram": "telegram",
    "matrixs": "matrix",
    "matrix": "matrix",
    "slack": "slack",
    "discord": "discord",
    "teams+https": "teams",
}
"""Scheme -> file. They are imported when first used."""


def prepare_channel(spec: ChannelSpec) -> Send:
    """Make a channel ready to send.

    References to secrets (`${NAME}`) are replaced here; the channel itself keeps them. No I/O.

    Raises:
        InvalidChannel: naming the address or the option that is wrong, and what to write.
    """
    url = _fetched("url", spec.url)
    options = {name: _fetched(f"option {name}", value) for name, value in spec.options.items()}
    with _refusals():
        family = find_family(url)
        if family is not apprise.FAMILY and _is_cut(url):
            raise InvalidChannel(
                "url", "has an @ behind its host; in a password write / as %2F, ? as %3F, # as %23"
            )
        read = read_options(family.options, options)
        return worded(family.prepare(url, read), read)


def find_family(url: str) -> Family:
    """Return the family that sends to such addresses.

    Raises:
        InvalidChannel: no family has that scheme.
    """
    try:
        scheme = scheme_of(url)
    except InvalidTask as error:
        raise InvalidChannel(
            "url",
            "begins with no kind of channel; write one in front, such as "
            "webhook+https://example.com/alerts or mailtos://mail.example.com",
        ) from error
    if scheme in _BUILT_IN:
        return _family(_BUILT_IN[scheme])
    if scheme.startswith(apprise.PREFIX) or apprise.knows(scheme):
        return apprise.FAMILY
    raise InvalidChannel(
        "url",
        f"has an unknown scheme {scheme!r}{did_you_mean(scheme, _BUILT_IN)}; there are: "
        f"{', '.join(_BUILT_IN)}, and those of Apprise ({apprise.INSTALL})",
    )


def families() -> list[Family]:
    """Return all families in the order in which they are told of."""
    return [*map(_family, dict.fromkeys(_BUILT_IN.values())), apprise.FAMILY]


def shown_url(url: str) -> str:
    """Return a channel's address as it may be shown: its scheme, and its host if that is no secret.

    Never raises.
    """
    scheme, colon, rest = url.strip().partition(":")
    scheme = scheme.lower()
    if scheme not in _BUILT_IN or not rest.startswith("//"):
        # Maybe one of Apprise, in whose addresses keys stand anywhere.
        return f"{scheme[:40]}:{HIDDEN}" if colon else HIDDEN
    if not _family(_BUILT_IN[scheme]).shows_host:
        return f"{scheme}://{HIDDEN}"
    host = "" if _is_cut(url) else _netloc(url).rpartition("@")[2]
    return f"{scheme}://{host or HIDDEN}"


def _netloc(url: str) -> str:
    return re.split("[/?#]", url.strip().partition("://")[2], maxsplit=1)[0]


def _is_cut(url: str) -> bool:
    """Tell whether a password was cut by a sign that ends hosts, so that half of it looks like one.

    Addresses of mail stand behind a question mark.
    """
    rest = url.strip().partition("://")[2]
    mail = scheme_of(url) in ("mailto", "mailtos")
    behind = rest[len(_netloc(url)) :]
    return "@" in (behind.partition("?to=")[0].partition("?from=")[0] if mail else behind)


def _family(module: str) -> Family:
    family: Family = import_module(f"{__name__}.{module}").FAMILY
    return family


def _fetched(field: str, value: Any) -> Any:
    try:
        return fetched(value)
    except BadReference as error:
        raise InvalidChannel(field, str(error)) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """Translate what the readers that tasks have too say of an address or an option."""
    try:
        yield
    except InvalidTask as error:
        field = "url" if error.field == "target" else error.field
        raise InvalidChannel(field, error.message) from error
