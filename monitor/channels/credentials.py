"""Who we are to a web server: a user with a password, or a token, never two of them."""

import base64

from monitor.channels.post import check_headers
from monitor.core.alerts.notices import InvalidChannel
from monitor.probes.target import Url


def authorized(url: Url, user: str = "", password: str = "", token: str = "") -> dict[str, str]:
    """Return the header that says who we are, as the address or the options have it; or nothing.

    Raises:
        InvalidChannel: they contradict each other.
        InvalidTask: it cannot be sent in a header.
    """
    if url.user is not None and (user or password):
        raise InvalidChannel("option user", "is given in the address too; keep one")
    name, secret = (url.user, url.password) if url.user is not None else (user, password)
    if name and token:
        raise InvalidChannel("option token", "contradicts the user; keep one")
    if token:
        said = f"Bearer {token}"
    elif name:
        said = f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"
    else:
        return {}
    check_headers({"Authorization": said})
    return {"Authorization": said}
