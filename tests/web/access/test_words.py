"""The pages of access speak Russian, too."""

import re
from string import Formatter

from monitor.core.access.roles import Role
from monitor.web.access.entrance import FOLDER
from monitor.web.access.russian import RUSSIAN
from monitor.web.pages.russian import RUSSIAN as ALL

TEMPLATES = sorted((FOLDER / "access").glob("*.html"))
_SAID = re.compile(r"""\bt(?:\.html|\.count)?\((?:[^"'()]*,\s*)?(["'])(.*?)\1[,)]""")


def phrases() -> set[str]:
    found = {match[2] for path in TEMPLATES for match in _SAID.finditer(path.read_text())}
    return found | {role.word for role in Role}


def test_every_phrase_of_the_pages_has_its_russian() -> None:
    assert len(phrases()) > 80
    assert set() == phrases() - RUSSIAN.keys() - ALL.keys()


def test_both_languages_fill_in_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [] == [one for one, other in RUSSIAN.items() if fields(one) != fields(other)]
