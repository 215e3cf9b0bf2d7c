"""An identity provider whom we believe who somebody is, as settings name it."""

import attrs

from monitor.core.access.roles import Role


@attrs.frozen(kw_only=True)
class OidcOptions:
    """An identity provider, and what its claims mean to us."""

    issuer: str
    client_id: str
    client_secret: str = attrs.field(default="", repr=False)
    """Empty: a public client."""
    scope: str = "openid profile email"
    name_claim: str = "preferred_username"
    role_claim: str = ""
    """Which claim names groups or roles; empty: a newcomer is what `role` says, and stays what an
    admin makes of them."""
    admins: tuple[str, ...] = ()
    """Values of that claim that make an admin."""
    editors: tuple[str, ...] = ()
    role: Role | None = Role.VIEWER
    """What everybody else is; None: not let in."""
