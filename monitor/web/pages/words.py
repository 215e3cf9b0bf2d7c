"""What pages say: phrases stand in English where they are used, and in Russian in `russian`."""

from typing import Any

import attrs
from markupsafe import Markup, escape

from monitor.core.counting import filled, plural
from monitor.russian.declared import DECLARED
from monitor.russian.refusals import in_russian
from monitor.texts import LANGUAGES
from monitor.web.access.russian import RUSSIAN as ACCESS
from monitor.web.pages.english import ENGLISH
from monitor.web.pages.russian import RUSSIAN


@attrs.frozen
class Words:
    """Speak a language; a phrase without translation is said in English."""

    lang: str = "en"

    def __call__(self, phrase: str, *numbered: Any, **fields: Any) -> str:
        """Say a phrase with its fields filled in, as plain text."""
        said = self._said(phrase)
        return filled(said, fields, self.lang, numbered) if numbered or fields else said

    def html(self, phrase: str, **fields: Any) -> Markup:
        """Say a phrase as HTML: fields may be markup, everything else is escaped."""
        return escape(self._said(phrase)).format(**fields)

    def sentence(self, sentence: str) -> str:
        """Say a sentence that has its values in it already, such as that of an error."""
        said = self._said(sentence)
        if self.lang != "ru" or said != sentence:
            return said
        return in_russian(sentence) or sentence

    def count(self, number: int, forms: str) -> str:
        """Say how many of something there are; `forms` is `task|tasks`."""
        several = self._said(forms).split("|")
        return f"{number} {plural(number, several, self.lang)}"

    def _said(self, phrase: str) -> str:
        phrase = ENGLISH.get(phrase, phrase)
        if self.lang != "ru":
            return phrase
        return RUSSIAN.get(phrase) or ACCESS.get(phrase) or DECLARED.get(phrase, phrase)


def preferred(accept_language: str) -> str:
    """Return our language that a browser asks for most, English if it asks for neither."""
    best, best_weight = LANGUAGES[0], 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        name = tag.partition("-")[0].lower()
        try:
            weight = float(parameter.strip().removeprefix("q=") or "1")
        except ValueError:
            continue
        if name in LANGUAGES and weight > best_weight:
            best, best_weight = name, weight
    return best
