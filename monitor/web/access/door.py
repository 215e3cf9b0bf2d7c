"""What all that deals with access has in common: where to ask, what is set, what browsers keep."""

from collections.abc import Callable
from datetime import datetime

import attrs

from monitor.core.access.changing import People
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Spans
from monitor.core.access.vault import Vault
from monitor.engine.outage import Outage
from monitor.web.access.cookies import Cookie
from monitor.web.access.first import FirstRun
from monitor.web.access.source import Source
from monitor.web.desk import Desk


@attrs.define(eq=False, kw_only=True)
class Door:
    """What all that deals with access has in common."""

    desk: Desk
    options: AccessOptions
    now: Callable[[], datetime]
    outage: Outage
    first: FirstRun = attrs.field(factory=FirstRun)
    vault: Vault = attrs.field(init=False)
    source: Source = attrs.field(init=False)
    session: Cookie = attrs.field(init=False)
    first_run: Cookie = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.vault = Vault(self.options.secret_keys)
        self.source = Source(self.options)
        self.session = Cookie("monitor-session", self.source)
        self.first_run = Cookie("monitor-first-run", self.source)

    @property
    def spans(self) -> Spans:
        return self.options.spans

    async def people(self) -> People:
        async with self.desk.session() as session:
            return await session.registry.people()
