"""Secrets are taken out of whatever a receiver, a library or an error says, before it is told."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from monitor.core.describe import HIDDEN
from monitor.probes.explain import printable

LONG_ENOUGH = 8
"""Letters of what may be a secret where most things are none: parts of a path, headers."""

_PARAMETER = 4


class Redaction:
    """The secrets of one channel, in each form in which a receiver may repeat them."""

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first, so that no rest of a longer one stays behind a shorter one.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def hide(self, text: str) -> str:
        """Return a text of any length without the secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text

    def words(self, text: str, limit: int = 200) -> str:
        """Return one line that may be shown. Hidden first: a cut secret would not be known."""
        return printable(self.hide(text), limit)


def _forms(secret: str) -> set[str]:
    encoded = secret.encode("utf-8", "replace")
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        unquote(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(encoded).decode().rstrip("="),
        base64.urlsafe_b64encode(encoded).decode().rstrip("="),
    } - {""}


def secrets_of(address: str) -> list[str]:
    """Return what may be a secret in an address that somebody gave us to post to.

    Passwords always, values of parameters from 4 letters on, parts of the path from 8, and the path
    as a whole with them: who knows it can post as well as we can.
    """
    parts = urlsplit(address)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    found = [password, f"{user}:{password}"]
    segments = [part for part in parts.path.split("/") if len(part) >= LONG_ENOUGH]
    found += [parts.path] if segments else []
    found += segments
    values = [value for _name, value in parse_qsl(parts.query) if len(value) >= _PARAMETER]
    found += [parts.query, *values] if values else []
    return [secret for secret in found if secret.strip(":")]
