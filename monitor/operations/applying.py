"""What applying a configuration does, or would do."""

from typing import Any

from monitor.config.plan import differences
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.changes import FleetChange
from monitor.core.describe import without_password
from monitor.core.statuspage.values import PagesChange
from monitor.operations.forms import Form


def report_of(change: FleetChange, before: int) -> Form:
    """Return what is changed, by names; `before` is how many tasks there were."""
    edits: dict[str, list[Any]] = {
        task.name: list(differences(task, spec)) for task, spec in change.edit
    }
    changed = {name: fields for name, fields in edits.items() if fields}
    alerting, pages = change.alerting or AlertingChange(), change.pages or PagesChange()
    return {
        "added": [
            {"name": spec.name, "target": without_password(spec.target)} for spec in change.add
        ],
        "changed": {
            name: {key: [old, new] for key, old, new in fields} for name, fields in changed.items()
        },
        "removed": [task.name for task in change.remove],
        "adopted": sorted(edits.keys() - changed.keys()),
        "unchanged": before - len(change.remove) - len(changed),
        "channels": [one.name for one in alerting.channels],
        "channels_removed": list(alerting.drop_channels),
        "maintenances": [one.name for one in alerting.maintenances],
        "maintenances_removed": list(alerting.drop_maintenances),
        "status_pages": [one.slug for one in pages.pages],
        "status_pages_removed": list(pages.drop),
    }
