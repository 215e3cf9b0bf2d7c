"""From what was typed to a checked task."""

from monitor.operations.tasks import changed_task, new_task

__all__ = ["changed_task", "new_task"]
