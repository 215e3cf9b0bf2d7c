"""docs/conditions.md says what is true."""

import re
from pathlib import Path

import pytest

from monitor.assertions import COMMON, ConditionError, parse
from tests.assertions.looks import NAMES

PAGE = Path(__file__, "../../../docs/conditions.md").resolve().read_text(encoding="utf-8")
BLOCKS = re.findall(r"```conditions\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [line for block in BLOCKS for line in block.splitlines()]
MOVED = re.findall(
    r"^\| `(.*?)`(?: \(dns\))? \| `(.*?)` \|$", PAGE.partition("from Gatus")[2], re.M
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    assert parse(example, NAMES).text


@pytest.mark.parametrize(("theirs", "ours"), MOVED)
def test_every_translation_from_gatus_can_be_read_and_the_original_is_recognised(
    theirs: str, ours: str
) -> None:
    assert parse(ours, NAMES).text
    with pytest.raises(ConditionError) as refused:
        parse(theirs, NAMES)
    assert refused.value.hint


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def table_of_common_names() -> str:
    head = row("name", "kind", "what it is") + "|---|---|---|\n"
    return head + "".join(row(f"`{name.path}`", name.type, name.says) for name in COMMON.known)


def test_the_page_has_the_names_as_they_are_declared() -> None:
    assert table_of_common_names() in PAGE
