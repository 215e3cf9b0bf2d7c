"""Where alerts go, one family of channels in one file, and the registry that finds the right one.

families  webhook, mail; alertmanager, pagerduty, opsgenie; ntfy, gotify, telegram, matrix, slack,
          discord, teams; everything else that Apprise knows (apprise, an extra)
words     wording (titles and texts, in the languages of phrases), severity; payload (what webhooks
          and templates get), templates and samples (operators' own words), worded
sending   post (JSON over HTTP), letter and submission (mail); redaction (no secret is told)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from monitor.channels.family import Family
from monitor.channels.worded import worded
from monitor.core.describe import HIDDEN, without_password
from monitor.core.notices import ChannelSpec, InvalidChannel, Send
from monitor.core.ports import InvalidTask
from monitor.probes.options import did_you_mean, read_options
from monitor.probes.target import scheme_of, split_url
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

_APPRISE = "apprise+"


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
        read = read_options(family.options, options)
        return worded(family.prepare(url, read), read)


def find_family(url: str) -> Family:
    """Return the family that sends to such addresses.

    Raises:
        InvalidChannel: no family has that scheme.
    """
    with _refusals():
        scheme = scheme_of(url)
    if scheme in _BUILT_IN:
        return _family(_BUILT_IN[scheme])
    known = [*_BUILT_IN, f"{_APPRISE}URL"]
    raise InvalidChannel(
        "url",
        f"has an unknown scheme {scheme!r}{did_you_mean(scheme, _BUILT_IN)}; "
        f"there are: {', '.join(known)}",
    )


def families() -> list[Family]:
    """Return all families in the order in which they are told of."""
    return [_family(module) for module in dict.fromkeys(_BUILT_IN.values())]


def shown_url(url: str) -> str:
    """Return a channel's address as it may be shown: its scheme, and its host if that is no secret.

    Never raises.
    """
    try:
        family = find_family(url)
        host = split_url(url).netloc.rpartition("@")[2] if family.shows_host else HIDDEN
        scheme = scheme_of(url)
    except (InvalidChannel, InvalidTask):
        return f"{url.partition(':')[0][:40]}:{HIDDEN}" if ":" in url else HIDDEN
    return f"{scheme}://{without_password(host)}"


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
