"""Send through Apprise, which knows more than two hundred services: `apprise+pover://user@token`.

Behind `apprise+` stands an address as [Apprise](https://appriseit.com/services/) wants it; where
only Apprise knows the scheme, `apprise+` may be left out. It is an extra:
`pip install 'sleepless-monitor[apprise]'`.

Apprise works in threads of its own and opens its own connections, so the operator's policy on
addresses (`targets.private`) does not hold there, and it does not tell whether another attempt may
help: each failure counts as passing. Families of our own can resolve what they opened; prefer them.
"""

from collections.abc import Iterator
from importlib import import_module
from logging import ERROR, getLogger
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import attrs
import trio

from monitor.channels.family import Family
from monitor.channels.options import ChannelOptions
from monitor.channels.redaction import Redaction
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import InvalidChannel, Message, NotDelivered, Send
from monitor.core.describe import describe
from monitor.probes.foreign import contained
from monitor.probes.target import scheme_of
from monitor.probes.threads import ThreadFamily

PREFIX = "apprise+"
INSTALL = "pip install 'sleepless-monitor[apprise]'"

APPRISE_THREADS = ThreadFamily("Apprise", 8)
"""Enough for a message to each of many channels within the few seconds Apprise waits for one."""

_TYPES = {
    Severity.CRITICAL: "failure",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
    Severity.GOOD: "success",
}
_DELIMITERS = str.maketrans(dict.fromkeys("/?#@:&=,", " "))
_LONG_ENOUGH = 4
"""Letters of a part of an address that is hidden: any of them may be a key."""
_TOLD_LINES = 3


@attrs.frozen(kw_only=True)
class AppriseOptions(ChannelOptions):
    """Nothing more: what else there is stands in the address."""


def knows(scheme: str) -> bool:
    """Tell whether Apprise is installed and knows a scheme; importing it takes half a second."""
    try:
        manager: Any = _library().plugins.N_MGR
    except InvalidChannel:
        return False
    return scheme in manager.schemas()


def prepare(url: str, _options: AppriseOptions) -> Send:
    """Make a sender.

    Raises:
        InvalidChannel: Apprise is not installed, or does not understand the address.
    """
    library = _library()
    address = url.strip()
    if address.lower().startswith(PREFIX):
        address = address[len(PREFIX) :]
    # Without a timeout of its own it works in our thread, and starts none that nobody ends.
    asset = library.AppriseAsset(
        async_mode=False, secure_logging=True, storage_mode="memory", service_timeout=0
    )
    try:
        with contained("Apprise"):
            receiver = library.Apprise.instantiate(address, asset=asset)
    except Exception:  # noqa: BLE001 (whatever its plugins do; what they say may repeat the address)
        receiver = None
    if receiver is None:
        raise InvalidChannel(
            "url",
            f"is not what Apprise wants behind {scheme_of(address)!r}; see its documentation",
        )
    redaction = Redaction(_parts(address))

    def notify(message: Message) -> str:
        """Return why it failed; nothing if it did not."""
        with contained("Apprise"):
            sender = library.Apprise(asset=asset)
            sender.add(receiver)
            outcome = sender.notify(
                title=message.title,
                body=message.text,
                notify_type=_TYPES[worst_of(message.notices)],
                body_format="text",
            )
        return "" if outcome else _reason(outcome)

    async def send(message: Message) -> None:
        try:
            failure = await trio.to_thread.run_sync(
                notify, message, abandon_on_cancel=True, limiter=APPRISE_THREADS.limiter()
            )
        except Exception as error:  # noqa: BLE001 (whatever its plugins do)
            raise NotDelivered(redaction.words(describe(error), 400)) from None
        if failure:
            raise NotDelivered(redaction.words(failure, 400))

    return send


def _reason(outcome: Any) -> str:
    """Return what the library noted of a failure, its last words if there are many."""
    lines = [entry.message for result in outcome.results for entry in result.logs()]
    return " ".join(map(str, lines[-_TOLD_LINES:])) or "Apprise could not send it, and says no more"


def _parts(address: str) -> Iterator[str]:
    """Yield what may be a secret in an address whose parts only Apprise understands."""
    rest = address.partition("://")[2]
    yield rest
    for part in rest.translate(_DELIMITERS).split():
        if len(part) >= _LONG_ENOUGH:
            yield part
            yield unquote(part)


def _library() -> ModuleType:
    try:
        library = import_module("apprise")
    except ImportError:
        raise InvalidChannel(
            "url", f"is for Apprise, which is not installed here; run: {INSTALL}"
        ) from None
    # Both repeat addresses, and whatever is logged becomes a line of our own log.
    getLogger("apprise").propagate = False
    getLogger("urllib3").setLevel(ERROR)
    return library


FAMILY = Family(
    name="apprise",
    schemes=(f"{PREFIX}*",),
    summary="Send through Apprise, which knows more than two hundred services.",
    example="apprise+pover://uSerKeYuSerKeYuSerKeYuSerKeYu@aPpToKeNaPpToKeNaPpToKeNaPpToK",
    options=AppriseOptions,
    prepare=prepare,
    shows_host=False,
)
