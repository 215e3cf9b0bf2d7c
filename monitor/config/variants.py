"""The tasks and channels of some files under another policy."""

import attrs

from monitor.config.declared import Declarations
from monitor.config.fields import FIELDS
from monitor.config.scenario import Policy
from monitor.core.alerts.channels import CheckChannel
from monitor.core.alerts.notices import InvalidChannel
from monitor.core.probing import InvalidTask
from monitor.core.tasks import CheckTask, edited

_HOURS = {"hours", "quiet_hours"}


class NotSo(Exception):
    """A task or channel cannot be as a policy wants it; `key` is what would have to be changed."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def vary(
    declared: Declarations, policy: Policy, check: CheckTask, check_channel: CheckChannel
) -> Declarations:
    """Return what is declared, with what the policy has otherwise.

    Where the interval is another, a timeout or retry interval that would be longer is cut to fit.

    Raises:
        NotSo: naming the task or channel, and what is wrong.
    """
    tasks = dict(declared.tasks)
    chosen = {
        name: one
        for name, one in tasks.items()
        if policy.selector.chooses(name, one.spec.tags) and policy.task
    }
    if not chosen and policy.task:
        raise NotSo("tasks", "chooses no task")
    for name, one in chosen.items():
        changes = dict(policy.task)
        if (interval_s := changes.get("interval_s")) is not None:
            fitting = min(one.spec.retry_interval_s, interval_s)
            changes.setdefault("retry_interval_s", fitting)
            if one.spec.timeout_s > interval_s:
                changes.setdefault("timeout_s", 0.8 * interval_s)
        try:
            spec = attrs.evolve(edited(one.spec, check, **changes), from_file=True)
        except InvalidTask as error:
            key = next((key for key in FIELDS if key.replace("_", "-") == error.field), error.field)
            raise NotSo(key, f"{name}: {error.message}") from None
        tasks[name] = attrs.evolve(one, spec=spec)
    channels = dict(declared.channels)
    for name, channel in declared.channels.items() if policy.channel else ():
        changes = dict(policy.channel)
        if _HOURS & changes.keys():  # two ways to say the same: the new one replaces the other
            changes = {"hours": "", "quiet_hours": "", **changes}
        try:
            channels[name] = attrs.evolve(channel, **changes)
            check_channel(channels[name])
        except InvalidChannel as error:
            key = error.field.replace("-", "_")
            raise NotSo(key, f"channel {name}: {error.message}") from None
    return attrs.evolve(declared, tasks=tasks, channels=channels)
