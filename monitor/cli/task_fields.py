"""What may be said of a task on the command line, new or old."""

from typing import Annotated, Any

import attrs
from cyclopts import Parameter

from monitor.cli.everywhere import Conditions, Duration, Names, Options, Whole
from monitor.cli.refusals import BadInput


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Fields:
    """What may be said of a task, new or old."""

    interval: Annotated[Duration, Parameter(help="Time between looks (new: 60s).")] = None
    timeout: Annotated[
        Duration,
        Parameter(help="How long a look may take (new: 10s, at most 80 % of the interval)."),
    ] = None
    attempts: Annotated[
        Whole, Parameter(help="Bad looks in a row before it is called down (new: 3).")
    ] = None
    retry_interval: Annotated[
        Duration, Parameter(help="Time between those looks (new: 20s, at most the interval).")
    ] = None
    recovery_confirmations: Annotated[
        Whole, Parameter(help="Good looks in a row before it is called up again (new: 2).")
    ] = None
    option: Annotated[
        Options, Parameter(help="Set an option of this kind of look; may be repeated.")
    ] = None
    expect: Annotated[
        Conditions,
        Parameter(
            help="A condition for up, such as 'latency < 800ms'; may be repeated; '' for none."
        ),
    ] = None
    degraded: Annotated[
        Conditions, Parameter(help="A condition for not degraded; may be repeated; '' for none.")
    ] = None
    invert: Annotated[
        bool | None,
        Parameter(help="It is good news when the target is down.", negative="--no-invert"),
    ] = None

    tag: Annotated[
        Names, Parameter(help="A word to choose it by; may be repeated; '' for none.")
    ] = None
    depends_on: Annotated[
        Names,
        Parameter(help="A task without which it cannot be reached; may be repeated; '' for none."),
    ] = None
    channel: Annotated[
        Names,
        Parameter(help="Who is told (new: the default channels); may be repeated; '' for none."),
    ] = None
    alert_on: Annotated[
        Names,
        Parameter(help="What is told: down, degraded, unknown (new: down, degraded)."),
    ] = None
    alert_after: Annotated[
        str | None,
        Parameter(help="What is over sooner is told to nobody (new: 0s)."),
    ] = None
    reminder: Annotated[
        str | None,
        Parameter(help="When what is still down is told again (new: 4h), or never."),
    ] = None
    escalate: Annotated[
        Names,
        Parameter(help="Who else is told when it lasts, such as 10m=boss,phone; may be repeated."),
    ] = None
    expiry_days: Annotated[
        str | None,
        Parameter(
            metavar="DAYS",
            help="How many days before a certificate or domain runs out it is told (new: "
            "21,14,7,3,1); '' for never.",
        ),
    ] = None

    def said(self) -> dict[str, Any]:
        """Return what was said, by the names of a task's fields; None was not said."""
        return {
            "interval_s": self.interval,
            "timeout_s": self.timeout,
            "attempts": self.attempts,
            "retry_interval_s": self.retry_interval,
            "recovery_confirmations": self.recovery_confirmations,
            "expect": _conditions(self.expect),
            "degraded": _conditions(self.degraded),
            "invert": self.invert,
            "tags": _conditions(self.tag),
            "depends_on": _conditions(self.depends_on),
            **self._alerts(),
        }

    def _alerts(self) -> dict[str, Any]:
        """Return what was said of alerts, as files have it."""
        from monitor.config.fields import FIELDS

        written: dict[str, Any] = {
            "channels": _conditions(self.channel),
            "alert_on": _conditions(self.alert_on),
            "alert_after": self.alert_after,
            "reminder": self.reminder,
            "escalate": None if self.escalate is None else _steps(self.escalate),
            "expiry_days": None if self.expiry_days is None else _days(self.expiry_days),
        }
        found: dict[str, Any] = {}
        for key, value in written.items():
            if value is None:
                continue
            plain = list(value) if isinstance(value, tuple) else value
            try:
                found[FIELDS[key].argument] = FIELDS[key].read(plain)
            except ValueError as error:
                raise BadInput(f"--{key.replace('_', '-')}: {error}") from None
        return found


NOTHING = Fields()


def _conditions(said: list[str] | None) -> tuple[str, ...] | None:
    """Return conditions as said; one that is empty takes away those that are there."""
    return None if said is None else tuple(text for text in said if text.strip())


def _steps(said: list[str]) -> list[dict[str, Any]]:
    """Read steps of escalation as said, such as `10m=boss,phone`."""
    steps = []
    for text in filter(None, said):
        after, equals, names = text.partition("=")
        if not equals:
            raise BadInput(f"--escalate: {text!r} is no step; write it like 10m=boss")
        steps.append({"after": after, "channels": [name for name in names.split(",") if name]})
    return steps


def _days(said: str) -> list[Any]:
    """Read days as said, such as `21,7,1`; what is no number is left as it is, to be refused."""
    days = [text.strip() for text in said.split(",") if text.strip()]
    return [int(text) if text.isdecimal() else text for text in days]
