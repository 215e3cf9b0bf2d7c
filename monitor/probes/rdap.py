"""What RDAP says of a domain (RFC 9083), and which server to ask (RFC 9224)."""

from datetime import datetime
from typing import Any

import attrs

from monitor.probes.answers import list_in, moment_in, text_in
from monitor.probes.explain import printable

_KEPT = 100
"""Name servers, statuses and so on that are read; nobody has more."""

_REGISTRIES = 10_000
"""Entries of the list of registries that are read; there were 1,200 top-level domains in 2026."""


@attrs.frozen(kw_only=True)
class Registration:
    """What a registry says of a domain."""

    expires_at: datetime | None
    registrar: str
    statuses: list[str]
    """As RFC 8056 and IANA's registry of them write them, in lower case: `pending delete`."""
    nameservers: list[str]


def read_registration(found: dict[str, Any], name: str) -> Registration | None:
    """Read an answer; None if it is no answer about this domain."""
    if text_in(found, "objectClassName").lower() != "domain":
        return None
    about = text_in(found, "ldhName").lower().removesuffix(".")
    if about and about.isascii() and about != name:
        return None
    statuses = [one.lower() for one in map(_text, list_in(found, "status", _KEPT)) if one]
    servers = [text_in(one, "ldhName").lower() for one in list_in(found, "nameservers", _KEPT)]
    return Registration(
        expires_at=_expires_at(found),
        registrar=_registrar(found),
        statuses=statuses,
        nameservers=[server.removesuffix(".") for server in servers if server],
    )


def server_for(name: str, registries: dict[str, Any]) -> str | None:
    """Return the base address of the server that knows a name; None if there is none.

    `registries` is IANA's list. The longest ending of the name decides; https is preferred.
    """
    best, found = "", None
    for service in list_in(registries, "services", _REGISTRIES):
        endings, addresses = (*service, None, None)[:2] if isinstance(service, list) else ([], [])
        for ending in endings if isinstance(endings, list) else []:
            ending = _text(ending).lower().strip(".")
            if len(ending) > len(best) and name.endswith(f".{ending}"):
                best, found = ending, _address(addresses)
    return found


def _address(addresses: Any) -> str | None:
    texts = [_text(one) for one in addresses] if isinstance(addresses, list) else []
    texts.sort(key=lambda text: not text.lower().startswith("https:"))
    return next(filter(None, texts), None)


def _expires_at(found: dict[str, Any]) -> datetime | None:
    """Return when the registration ends; what the registry says counts more than a registrar."""
    ends: dict[str, datetime] = {}
    for event in list_in(found, "events", _KEPT):
        if at := moment_in(event, "eventDate"):
            action = text_in(event, "eventAction").lower()
            ends[action] = min(at, ends.get(action, at))
    return ends.get("expiration") or ends.get("registrar expiration")


def _registrar(found: dict[str, Any]) -> str:
    for entity in list_in(found, "entities", _KEPT):
        if "registrar" in list_in(entity, "roles", _KEPT):
            return _full_name(entity) or text_in(entity, "handle")
    return ""


def _full_name(entity: Any) -> str:
    """Return `fn` of a jCard (RFC 7095): `["vcard", [["fn", {}, "text", "Registrar Ltd"]]]`."""
    for property_ in (list_in(entity, "vcardArray", 2) or [None])[-1] or []:
        if isinstance(property_, list) and len(property_) > 3 and property_[0] == "fn":
            return _text(property_[3])
    return ""


def _text(value: Any) -> str:
    return printable(value) if isinstance(value, str) else ""
