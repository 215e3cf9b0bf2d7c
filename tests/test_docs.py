"""The documentation says what is true."""

import re
import shlex
from pathlib import Path

import pytest
from cyclopts import App

from monitor.cli.commands import make_app
from monitor.probes import kinds
from scripts.write_docs import DOCS, pages, written_here


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_is_as_its_declarations_make_it(path: Path) -> None:
    assert path.is_file(), f"run scripts/write_docs.py: there is no {path}"
    assert pages()[path] == path.read_text(encoding="utf-8"), "run scripts/write_docs.py"


def test_no_page_tells_of_what_is_gone() -> None:
    assert written_here() == set(pages())
    assert {kind.name for kind in kinds()} <= {path.stem for path in pages()}


MARKDOWN = [*sorted(DOCS.rglob("*.md")), DOCS.parent / "README.md"]


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_every_link_within_the_documentation_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            found = re.match(r"(?:\S*/)?monitor (.*)", line.strip())
            if found is None:
                continue
            words = shlex.split(found[1], comments=True)
            _chain, apps, _rest = make_app().parse_commands(words)
            known = {name for app in apps for name in _options(app)}
            for word in words:
                name = word.partition("=")[0]
                if name.startswith("--"):
                    assert name in known, (line, name)


def _options(app: App) -> set[str]:
    if app.default_command is None:
        return {"--help", "--version"}
    return {name for argument in app.assemble_argument_collection() for name in argument.names}
