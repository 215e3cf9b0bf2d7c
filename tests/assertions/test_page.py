"""docs/conditions.md says what is true."""

import re
from pathlib import Path

import pytest

from monitor.assertions import COMMON, ConditionError, Name, parse
from monitor.assertions.vocabulary import KINDS

PAGE = Path(__file__, "../../../docs/conditions.md").resolve().read_text(encoding="utf-8")
BLOCKS = re.findall(r"```conditions\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [line for block in BLOCKS for line in block.splitlines()]
MOVED = re.findall(
    r"^\| `(.*?)`(?: \(dns\))? \| `(.*?)` \|$", PAGE.partition("from Gatus")[2], re.M
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    assert parse(example).text


@pytest.mark.parametrize(("theirs", "ours"), MOVED)
def test_every_translation_from_gatus_can_be_read_and_the_original_is_recognised(
    theirs: str, ours: str
) -> None:
    assert parse(ours).text
    with pytest.raises(ConditionError) as refused:
        parse(theirs)
    assert refused.value.hint


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def table_of_common_names() -> str:
    head = row("name", "kind", "what it is") + "|---|---|---|\n"
    return head + "".join(row(f"`{name.path}`", name.type, name.says) for name in COMMON.known)


def table_of_names_by_look() -> str:
    """Kinds that find the same stand together."""
    looks: dict[tuple[Name, ...], list[str]] = {}
    for kind, names in KINDS.items():
        own = tuple(name for name in names.known if name not in COMMON.known)
        looks.setdefault(own, []).append(kind)
    head = row("look", "name", "kind", "what it is") + "|---|---|---|---|\n"
    return head + "".join(
        row("" if name is not own[0] else ", ".join(kinds), f"`{name.path}`", name.type, name.says)
        for own, kinds in looks.items()
        for name in own
    )


@pytest.mark.parametrize(
    "table", [table_of_common_names(), table_of_names_by_look()], ids=["common", "by look"]
)
def test_the_page_has_the_names_as_they_are_declared(table: str) -> None:
    assert table in PAGE
