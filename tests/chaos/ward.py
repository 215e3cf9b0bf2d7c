"""What all calamities share: a server, whoever starts monitors, chance, and a place to work."""

import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import trio

from tests.chaos.evidence import gather
from tests.chaos.judges import Rules, Verdict
from tests.chaos.patient import Cold, Midwife, Zygote
from tests.chaos.scene import Scene, in_thread, open_target
from tests.chaos.verdict import Case
from tests.postgres import ThrowawayPostgres

_GONE_S = 5.0
"""How long a server may take to notice that a client has died."""


class Missing(Exception):
    """Something is not installed or not allowed; the sentence says how to get it."""


@attrs.define(eq=False, kw_only=True)
class Ward:
    """Given to each calamity."""

    server: ThrowawayPostgres
    cold: Cold
    zygote: Zygote
    dice: random.Random
    folder: Path
    say: Callable[[str], None]
    patience: float = 1.0
    """By how much all may be slower than on an idle machine of two cores."""
    quick: bool = False
    full: bool = False

    def times(self, quick: int, usual: int, full: int | None = None) -> int:
        """Choose a number by how thorough this run is to be."""
        if self.quick:
            return quick
        return usual if full is None or not self.full else full

    @asynccontextmanager
    async def scene(
        self,
        name: str,
        url: str,
        *,
        truth_url: str | None = None,
        midwife: Midwife | None = None,
        tasks: int = 100,
        interval_s: float = 1.0,
    ) -> AsyncIterator[Scene]:
        """Set up tasks on a database that is empty; `sqlite` makes a file for it."""
        folder = self.folder / name.replace(" ", "-")
        folder.mkdir()
        if url == "sqlite":
            url = f"sqlite:///{folder}/monitor.db"
        async with open_target(folder) as target:
            scene = Scene(
                name=name,
                folder=folder,
                url=url,
                truth_url=truth_url or url,
                target=target,
                midwife=midwife or self.cold,
                tasks=tasks,
                interval_s=interval_s,
            )
            await scene.furnish()
            yield scene

    async def conclude(
        self,
        scene: Scene,
        *,
        calamity: str,
        where: str,
        done: str,
        rules: Rules,
        anew_s: Sequence[float] = (),
        further: Sequence[Verdict] = (),
    ) -> Case:
        """Gather the evidence when all processes have ended."""
        backends = await self._backends(scene)
        evidence = await in_thread(gather, scene, backends, anew_s)
        return Case(
            calamity=calamity,
            where=where,
            done=done,
            evidence=evidence,
            rules=rules.with_patience(self.patience),
            further=tuple(further),
        )

    async def _backends(self, scene: Scene) -> int:
        """Count the connections that are left, once the server had time to notice."""
        if scene.truth_url.startswith("sqlite"):
            return 0
        database = urlsplit(scene.truth_url).path[1:]
        deadline = time.monotonic() + _GONE_S
        while left := len(await in_thread(self.server.backends, database)):
            if time.monotonic() > deadline:
                break
            await trio.sleep(0.05)
        return left
