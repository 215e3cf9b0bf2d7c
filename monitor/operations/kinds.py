"""What can be looked at and where alerts can go, with the options of each."""

from collections.abc import Iterable
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.channels.family import Family
from monitor.operations.documents import plain
from monitor.operations.forms import Form
from monitor.probes.described import Option, declared_options, options_of
from monitor.probes.kind import Kind


@attrs.frozen(kw_only=True)
class OptionDocument:
    """An option, as it is declared."""

    name: str
    says: str
    default: Annotated[str, Meta(description="as it would be written; empty: there is none")]
    schema: Annotated[dict[str, Any], Meta(description="what it may be, as JSON Schema")]


@attrs.frozen(kw_only=True)
class KindDocument:
    """A kind of look."""

    name: str
    schemes: list[str]
    summary: str
    example: str
    options: list[OptionDocument]
    facts: Annotated[list[dict[str, str]], Meta(description="what conditions may ask about")]
    expect: Annotated[list[str], Meta(description="conditions that hold unless others are set")]


@attrs.frozen(kw_only=True)
class FamilyDocument:
    """A family of channels."""

    name: str
    schemes: list[str]
    summary: str
    example: str
    options: list[OptionDocument]


def kind_form(kind: Kind) -> Form:
    """A kind of look."""
    form: Form = plain(
        KindDocument(
            name=kind.name,
            schemes=list(kind.schemes),
            summary=kind.summary,
            example=kind.example,
            options=_options(options_of(kind)),
            facts=[
                {"name": one.path, "is": one.type.value, "says": one.says}
                for one in kind.facts.known
            ],
            expect=list(kind.expect),
        )
    )
    return form


def family_form(family: Family) -> Form:
    """A family of channels."""
    form: Form = plain(
        FamilyDocument(
            name=family.name,
            schemes=list(family.schemes),
            summary=family.summary,
            example=family.example,
            options=_options(declared_options(family.options)),
        )
    )
    return form


def _options(options: Iterable[Option]) -> list[OptionDocument]:
    return [
        OptionDocument(name=o.name, says=o.says, default=o.default, schema=dict(o.schema))
        for o in options
    ]
