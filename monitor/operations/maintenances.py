"""Announced work: read, found by its name, and when it comes."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitor.core.alerts.alerting import Maintenance, Selector
from monitor.core.calendar.windows import Occurrence, Window, read_window
from monitor.core.names import check_name
from monitor.operations.alert_forms import maintenance_form
from monitor.operations.forms import Form
from monitor.operations.refusals import NotThere, Taken, Unfit

FIRINGS = 10
RULE = ("from", "until", "rrule", "start", "cron", "duration", "zone")
"""What a rule is made of."""


def read_rule(name: str, rule: Mapping[str, str], at: datetime) -> Window:
    """Return when work of that rule is.

    Raises:
        Unfit: the name or the rule cannot be read, or it is over already.
    """
    try:
        check_name(name)
    except ValueError as error:
        raise Unfit("", f"name: {error}") from None
    try:
        window = read_window(name, rule)
    except ValueError as error:
        raise Unfit("", str(error)) from None
    if window.occurrence_at(at) is None and not window.next_occurrences(at, 1):
        raise Unfit("", f"window {name!r}: is over already; let it end later")
    return window


def new_maintenance(
    known: Iterable[Maintenance], name: str, selector: Selector, rule: Mapping[str, str], note: str
) -> Maintenance:
    """Return new work.

    Raises:
        Taken: there is some of that name.
    """
    if any(one.name == name for one in known):
        raise Taken(f"maintenance {name!r} exists already; remove it first, or choose another name")
    return Maintenance(name=name, selector=selector, rule=dict(rule), note=note)


def find_maintenance(maintenances: Sequence[Maintenance], wanted: str) -> Maintenance:
    """Return the work of that name.

    Raises:
        NotThere: naming the one that was probably meant.
    """
    known = {one.name: one for one in maintenances}
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1)
    guess = f", did you mean {close[0]!r}" if close else "; `monitor maintenance list` shows all"
    raise NotThere(f"there is no maintenance {wanted!r}{guess}")


def window_of(one: Maintenance) -> Window | None:
    """Return when it is; None if this program cannot read what another one wrote."""
    try:
        return read_window(one.name, one.rule)
    except ValueError:
        return None


def announced_form(one: Maintenance, at: datetime, firings: int = FIRINGS) -> Form:
    """Announced work, and when it comes next."""
    window, now = window_of(one), None
    coming: Sequence[Occurrence] = ()
    if window is not None:
        now, coming = window.occurrence_at(at), window.next_occurrences(at, firings)
    return maintenance_form(one, now, coming)
