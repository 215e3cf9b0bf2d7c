"""What stands in the addresses of channels: keys of services, and servers behind other schemes."""

from urllib.parse import unquote

from monitor.channels.options import NetworkOptions, ServiceOptions
from monitor.channels.post import Receiver, read_base
from monitor.channels.redaction import Redaction
from monitor.core.alerts.notices import InvalidChannel
from monitor.probes.target import Url


def read_parts(url: str, *names: str) -> list[str]:
    """Read `scheme://FIRST/SECOND...`; what is found may be a secret and is not shown.

    Raises:
        InvalidChannel: naming what belongs there.
    """
    scheme, _colon, rest = url.strip().partition("://")
    parts = [unquote(part) for part in rest.rstrip("/").split("/")]
    if len(parts) != len(names) or not all(map(is_word, parts)):
        raise InvalidChannel("url", f"is not like {scheme}://{'/'.join(names)}; write it so")
    return parts


def is_word(text: str) -> bool:
    """Tell whether a text can be a key: letters of ASCII that can be seen, and no delimiters."""
    return bool(text) and text.isascii() and text.isprintable() and not set(' /?#@"\\') & set(text)


def behind(url: str) -> Url:
    """Return the web server of an address like `ntfys://host/...`; the final s stands for TLS.

    Raises:
        InvalidChannel: it is none.
    """
    scheme, _colon, rest = url.strip().partition("://")
    return read_base("url", f"{'https' if scheme.lower().endswith('s') else 'http'}://{rest}")


def service(
    options: ServiceOptions, usual: str, *secrets: str, headers: dict[str, str] | None = None
) -> Receiver:
    """Return a service where it usually is, or where the options say.

    Raises:
        InvalidChannel: they say no address.
    """
    base = read_base("option base_url", options.base_url or usual)
    return receiver(options, base, *secrets, headers=headers)


def receiver(
    options: NetworkOptions,
    base: Url,
    *secrets: str,
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> Receiver:
    """Return a web server that must not make us tell these secrets, nor its own password."""
    hidden = [
        *secrets,
        base.password,
        f"{base.user or ''}:{base.password}" if base.password else "",
    ]
    return Receiver(
        base=base,
        tls=options.tls,
        headers=headers or {},
        redaction=Redaction(hidden),
        method=method,
    )
