"""Addresses of mail, checked when the channel is written down: none can carry a second command."""

import re
from email.headerregistry import Address

from monitor.core.alerts.notices import InvalidChannel
from monitor.core.probing import InvalidTask
from monitor.probes.target import check_host

MOST = 100
"""Recipients of one letter; servers must take as many (RFC 5321, 4.5.3.1.8)."""

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
"""What may stand before the @ without quotes (RFC 5321, 4.1.2)."""


def read_address(field: str, text: str) -> str:
    """Return an address in ASCII; the part behind the @ may have other letters (IDNA 2008).

    Raises:
        InvalidChannel: naming the field.
    """
    local, at, domain = text.strip().rpartition("@")
    wrong = InvalidChannel(field, f"{text[:80]!r} is no mail address; write name@example.com")
    if not (at and _LOCAL.fullmatch(local)):
        raise wrong
    try:
        address = f"{local}@{check_host(domain)}"
    except InvalidTask as error:
        raise InvalidChannel(field, f"{text[:80]!r}: {error.message}") from None
    try:  # dots at its ends or in a row, and what headers take for a word in code
        Address(addr_spec=address)
    except ValueError:
        raise wrong from None
    return address


def read_addresses(field: str, several: str | list[str]) -> tuple[str, ...]:
    """Return addresses as a list or a text with commas has them, each once.

    Raises:
        InvalidChannel: naming the field.
    """
    texts = several.split(",") if isinstance(several, str) else several
    found = dict.fromkeys(read_address(field, text) for text in texts if text.strip())
    if not 0 < len(found) <= MOST:
        raise InvalidChannel(field, f"has {len(found)} recipients; write 1 to {MOST}")
    return tuple(found)
