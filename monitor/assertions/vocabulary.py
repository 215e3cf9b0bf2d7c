"""The names that every look finds; what else there is, each kind declares beside its probe."""

from monitor.assertions.names import Name, Names
from monitor.assertions.values import Type

COMMON = Names(
    (
        Name(
            "latency",
            Type.DURATION,
            "how long the whole look took",
            also=("response_time", "duration", "elapsed", "time", "ping"),
        ),
        Name(
            "phase.*",
            Type.DURATION,
            "how long one phase took: `phase.resolve`, `phase.connect`, `phase.tls` ...",
            also=("phases", "timings", "timing"),
        ),
        Name("address", Type.TEXT, "the address that was really used", also=("ip", "host")),
    )
)

ANYTHING = COMMON | Names((), open=True)
"""For conditions whose kind is not known."""
