"""Which task cannot be reached without which, and which of them are down."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.model import Status, Task
from monitor.engine.child import Child
from monitor.engine.clock import Clock


@attrs.define(eq=False, kw_only=True)
class Kin:
    """Parents and children among the tasks, by the names that tasks give in `depends_on`.

    Names that no task has are nobody's: a dependency may be written before what it depends on.
    """

    clock: Clock
    child: Callable[[int], Child | None] = lambda _task_id: None
    """The running child of a task; the fleet puts itself here."""
    seen_at: Callable[[Child], datetime | None] = lambda child: child.state.last_looked_at
    """When a task was looked at last; simulations, which leave looks out, know better."""
    _parents: dict[int, tuple[int, ...]] = attrs.field(factory=dict, init=False)
    _dependents: dict[int, list[int]] = attrs.field(factory=dict, init=False)

    def learn(self, tasks: Sequence[Task]) -> None:
        """Read the dependencies of all tasks anew."""
        by_name = {task.name: task.id for task in tasks}
        self._parents, self._dependents = {}, {}
        for task in tasks:
            known = [by_name[name] for name in task.depends_on if name in by_name]
            parents = tuple(dict.fromkeys(one for one in known if one != task.id))
            if parents:
                self._parents[task.id] = parents
            for parent in parents:
                self._dependents.setdefault(parent, []).append(task.id)

    def parents_down(self, task_id: int) -> tuple[str, ...]:
        """Return the names of the parents that are down, so that looking is of no use."""
        return tuple(one.task.name for one in self._parents_of(task_id) if _is_down(one))

    def in_the_way(self, task_id: int) -> tuple[str, ...]:
        """Return the names of parents that may explain why a task cannot be reached.

        Those that are down, those that may be (their looks fail, and are not confirmed yet), and
        those that are back for so short a time that the task has not been seen since.
        """
        own = self.child(task_id)
        found = []
        for one in self._parents_of(task_id):
            doubted = one.state.candidate is Status.DOWN
            if _is_down(one) or doubted or (own and self._just_back(one, own)):
                found.append(one.task.name)
        return tuple(found)

    def unseen_parents(self, task_id: int, since_at: datetime) -> tuple[int, ...]:
        """Return the ids of parents that nobody has looked at since then."""
        return tuple(
            one.task.id
            for one in self._parents_of(task_id)
            if (seen_at := self.seen_at(one)) is None or seen_at < since_at
        )

    def dependents(self, task_id: int) -> tuple[int, ...]:
        """Return the ids of all tasks that cannot be reached without this one."""
        found: dict[int, None] = {}
        todo = [task_id]
        while todo:
            for one in self._dependents.get(todo.pop(), ()):
                if one not in found and one != task_id:
                    found[one] = None
                    todo.append(one)
        return tuple(found)

    def dependent_names(self, task_id: int) -> tuple[str, ...]:
        """Return their names, in order."""
        children = (self.child(one) for one in self.dependents(task_id))
        return tuple(sorted(one.task.name for one in children if one is not None))

    def _parents_of(self, task_id: int) -> list[Child]:
        children = (self.child(one) for one in self._parents.get(task_id, ()))
        return [one for one in children if one is not None]

    def _just_back(self, parent: Child, own: Child) -> bool:
        """Say whether a parent is up for so short a time that the child may not know it yet."""
        back_at = parent.state.standing_since_at
        if parent.state.incidents == 0 or back_at is None:
            return False
        task = own.task
        look_s = max(task.retry_interval_s, 1.0) + task.timeout_s
        patience = timedelta(seconds=(task.recovery_confirmations + 1) * look_s)
        return self.clock.now() < back_at + patience + timedelta(
            seconds=parent.task.recovery_confirmations * parent.task.retry_interval_s
        )


def _is_down(parent: Child) -> bool:
    return parent.state.standing is Status.DOWN or parent.state.status is Status.UNREACHABLE
