"""`--task` and `--tag`: which tasks a silence or announced work is about."""

from typing import Annotated

from cyclopts import Parameter

from monitor.core.alerts.alerting import Selector
from monitor.operations.selecting import written
from monitor.words import Words

TaskNames = Annotated[list[str] | None, Parameter(name="--task", metavar="NAME", n_tokens=1)]
Tags = Annotated[list[str] | None, Parameter(name="--tag", metavar="TAG", n_tokens=1)]


def shown(selector: Selector, words: Words) -> str:
    """Say who is meant: `shop, web-*, tag prod`."""
    parts = [written(one) for one in selector.tasks]
    parts += [words("tag {tag}", tag=tag) for tag in selector.tags]
    return ", ".join(parts) or words("everything")
