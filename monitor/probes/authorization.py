"""Who asks a web server: the header Authorization, as the target or the options say it."""

import base64

from monitor.core.probing import InvalidTask
from monitor.probes.account import read_account
from monitor.probes.httpoptions import HttpOptions
from monitor.probes.target import Url


def own_authorization(url: Url, options: HttpOptions) -> str:
    """Return what the header Authorization shall say; nothing if nobody says who asks.

    With OAuth2 it is not known before a token was given out, and with a header of the operator's
    own it stands there.

    Raises:
        InvalidTask: it is said in two ways, or cannot be sent; no secret is shown.
    """
    account = read_account(url, options)
    named = url.user is not None or bool(account.user or account.password)
    ways = {
        "headers.Authorization": "authorization" in map(str.lower, options.headers),
        "token": bool(options.token),
        "oauth_token_url": bool(options.oauth_token_url),
        "user": named,
    }
    given = [option for option, there in ways.items() if there]
    if len(given) > 1:
        other = "user name in the target" if url.user is not None else f"option {given[-1]}"
        raise InvalidTask(f"option {given[0]}", f"contradicts the {other}; keep one of them")
    if options.token:
        return f"Bearer {sendable('option token', options.token)}"
    return f"Basic {basic(account.user, account.password)}" if named else ""


def basic(user: str, password: str, field: str = "option user") -> str:
    """Return a user and a password as basic authentication wants them (RFC 7617).

    Raises:
        InvalidTask: the user's name has a colon, which would end it.
    """
    if ":" in user:
        raise InvalidTask(field, "has a user with a colon, which basic authentication cannot send")
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def sendable(field: str, token: str) -> str:
    """Return a token that can stand in a header.

    Raises:
        InvalidTask: it cannot; it is not shown.
    """
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise InvalidTask(field, "contains a space, a line end or another sign that no token has")
    return token
