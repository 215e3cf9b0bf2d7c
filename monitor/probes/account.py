"""Who logs in, where, and whether over TLS: what kinds with a login have in common."""

from typing import Annotated
from urllib.parse import unquote

import attrs
from msgspec import Meta

from monitor.core.probing import InvalidTask
from monitor.probes.secure import TlsOptions
from monitor.probes.target import Url


@attrs.frozen(kw_only=True)
class LoginOptions(TlsOptions):
    """Who logs in; a password kept here does not stand in the target."""

    user: Annotated[str, Meta(description="who logs in, if the target does not say")] = ""
    password: Annotated[str, Meta(description="the password, if the target does not say")] = (
        attrs.field(default="", repr=False)
    )


@attrs.frozen(kw_only=True)
class UpgradeOptions(LoginOptions):
    """Options of protocols that begin in plain text and go on with TLS."""

    tls: Annotated[
        str,
        Meta(
            pattern="^(prefer|require|never)$",
            description="prefer (TLS if the server offers it, with any certificate), require "
            "(with a valid one), or never",
        ),
    ] = "prefer"


@attrs.frozen
class Account:
    """A user and a password; both are empty if nobody logs in."""

    user: str
    password: str = attrs.field(repr=False)

    @property
    def secret(self) -> str:
        """What must not be repeated; a password that is the user's name is no secret."""
        return "" if self.password == self.user else self.password


def read_account(url: Url, options: LoginOptions, default_user: str = "") -> Account:
    """Return who logs in, as the target or the options say.

    Raises:
        InvalidTask: both say it, or it contains a zero byte.
    """
    for name, there, here in (
        ("user", url.user, options.user),
        ("password", url.password, options.password),
    ):
        if there and here:
            raise InvalidTask(f"option {name}", "is given in the target too; leave one away")
        check_text(f"option {name}", there or here)
    return Account(url.user or options.user or default_user, url.password or options.password)


def read_name(url: Url) -> str:
    """Return the only part of a target's path, decoded; empty if there is none.

    Raises:
        InvalidTask: there are more parts, a query, or a zero byte.
    """
    path = url.path.removeprefix("/")
    if url.query:
        raise InvalidTask("target", "has a part after '?'; write that as an option")
    if "/" in path:
        raise InvalidTask("target", "has a path of several parts; use one, and write / as %2F")
    name = unquote(path)
    check_text("target", name)
    return name


def refuse_name(url: Url) -> None:
    """Raise InvalidTask if a target of a kind that knows only host, port and user has more."""
    if read_name(url):
        raise InvalidTask("target", f"has a path; write {url.scheme}://{url.authority}")


def check_text(field: str, text: str) -> None:
    """Raise InvalidTask if a text cannot be sent: a zero byte, or letters that are no Unicode."""
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidTask(field, "contains a zero byte or half a letter")


def check_upgrade(options: UpgradeOptions) -> TlsOptions | None:
    """Return how TLS is made once the server offers it; None if it is not wanted.

    What is only preferred is not verified either: whoever could forge the certificate could as
    well hide that TLS is offered (RFC 7435).

    Raises:
        InvalidTask: an authority is named, but nothing would be verified.
    """
    if options.ca_file and options.tls != "require":
        raise InvalidTask(
            "option ca_file", f"means nothing with tls={options.tls}; write tls=require"
        )
    if options.tls == "never":
        return None
    return options if options.tls == "require" else attrs.evolve(options, verify=False)
