"""What an operation of the API is: declared once, for carrying it out and for its documentation."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from monitor.web.api.call import Call
from monitor.web.routing import Role

Schema = Mapping[str, Any]
"""JSON Schema, as OpenAPI 3.1 has it."""

NOTHING: Schema = {}


@attrs.frozen
class Key:
    """A key of a JSON body."""

    read: Callable[[Any], Any]
    """Raises ValueError with a sentence that says what was found and what to write."""
    says: str
    schema: Schema
    field: str = ""
    """What our own rules call it, if that is another word; theirs for what is wrong, too."""


@attrs.frozen(kw_only=True)
class Body:
    """A JSON body: an object with known keys, or one document that is read as a whole."""

    name: str
    """Of its schema."""
    keys: Mapping[str, Key] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    media_type: str = "application/json"
    empty: bool = False
    """Whether it may be left out."""
    example: Any = None

    def schema(self) -> dict[str, Any]:
        """Return what it may be."""
        properties = {
            name: {"description": key.says, **key.schema} for name, key in self.keys.items()
        }
        found: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
        }
        if self.required:
            found["required"] = list(self.required)
        return found


@attrs.frozen
class Query:
    """A parameter of the query."""

    read: Callable[[str], Any]
    """Raises ValueError, as `Key.read` does."""
    says: str
    schema: Schema
    several: bool = False
    """Whether it may be repeated; its value is a tuple then."""
    default: Any = None


@attrs.frozen(kw_only=True)
class Reply:
    """What comes of an operation."""

    document: Any = None
    """Plain values; None: there is none."""
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    text: str | None = None
    """Instead of a document, a text of the operation's own media type."""


@attrs.frozen(kw_only=True)
class Operation:
    """One thing that may be asked for."""

    id: str
    method: str
    path: str
    """Below /api/v1; `{task_id}` and the like are numbers, `{slug}` is a word, and `{name}`
    a text that goes on to the end, over each `/`."""
    needs: Role
    says: str
    """One sentence."""
    more: str = ""
    """What else is to be known of it."""
    carry_out: Callable[[Call], Awaitable[Reply]]
    query: Mapping[str, Query] = attrs.field(factory=dict)
    body: Body | None = None
    answer: Schema = NOTHING
    """The schema of what a good answer holds; nothing: it is empty."""
    status: int = 200
    also: Mapping[int, Schema] = attrs.field(factory=dict)
    """Other good answers."""
    media_type: str = "application/json"
    refusals: tuple[int, ...] = ()
    """Errors that are particular to it."""
    once: bool = False
    """Whether it takes an Idempotency-Key."""
    matched: bool = False
    """Whether it takes an If-Match, and answers with an ETag."""
    tagged: bool = False
    """Whether it answers with an ETag."""

    @property
    def tag(self) -> str:
        """The family of operations it belongs to."""
        return self.path.split("/")[1]
