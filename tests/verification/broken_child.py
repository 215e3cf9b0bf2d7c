"""A monitor that does not hear SIGTERM, and acknowledges looks that it never wrote."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.departure import Departure
from monitor.verification import child


@asynccontextmanager
async def deaf() -> AsyncIterator[Departure]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write(json.dumps([1, "2026-01-01T00:00:00+00:00"]) + "\n")
    yield Departure()


if __name__ == "__main__":
    vars(child)["open_departure"] = deaf
    child.main()
