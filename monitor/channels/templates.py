"""Operators' own wording: Jinja2 templates that can neither reach into the monitor nor stop it.

A template may write texts and names, choose (`if`), repeat (`for`) and filter; it has no methods to
call, no arithmetic and no names that begin with an underscore. Repetitions and the size of what
comes out have bounds, so that rendering ends soon whatever a target has put into a notice. What is
wrong with a template shows when the channel is made ready: it is rendered for samples then.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.channels.payload import names_of
from monitor.channels.samples import samples
from monitor.channels.wording import duration
from monitor.core.notices import InvalidChannel, Message
from monitor.probes.explain import printable

SOURCE_LIMIT = 16 * 1024
"""Letters of a template."""
OUTPUT_LIMIT = 64 * 1024
"""Letters of what comes out."""
ROUNDS_LIMIT = 10_000
"""Rounds of all loops together, at one rendering."""

FILTERS = (
    *("capitalize", "count", "d", "default", "e", "escape", "first", "forceescape", "int", "join"),
    *("last", "length", "list", "lower", "replace", "reverse", "round", "sort", "string", "title"),
    *("striptags", "tojson", "trim", "truncate", "unique", "upper", "urlencode"),
)
"""What of Jinja's filters there is; `duration` (seconds in words) is ours."""

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.NSRef,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Tuple,
    nodes.List,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
)
"""What a template may be made of. Neither calls nor sums: `x ~ x` forty times over is a bomb."""


class TemplateFailed(Exception):
    """A template could not be rendered for a message; the text says why, in one line."""


@attrs.frozen(eq=False)
class Template:
    """One template, checked and compiled."""

    _compiled: jinja2.Template = attrs.field(repr=False)
    _rounds: "_Rounds" = attrs.field(repr=False)

    @classmethod
    def read(cls, option: str, source: str, *, html: bool = False) -> "Template":
        """Check a template and try it on samples of everything that can be told.

        With `html`, what is put in is escaped.

        Raises:
            InvalidChannel: naming the option, and the line if it is known.
        """
        template = cls.compiled(option, source, html=html)
        for sample in samples():
            try:
                template.render(sample)
            except TemplateFailed as error:
                kind = sample.first.kind if len(sample.notices) == 1 else "digest"
                raise InvalidChannel(
                    f"option {option}", f"fails for a message of kind {kind}: {error}"
                ) from None
        return template

    @classmethod
    def compiled(cls, option: str, source: str, *, html: bool = False) -> "Template":
        """Check how a template is written. Raises InvalidChannel."""
        field = f"option {option}"
        if len(source) > SOURCE_LIMIT:
            raise InvalidChannel(field, f"is longer than {SOURCE_LIMIT // 1024} KiB")
        rounds = _Rounds()
        environment = _environment(rounds, html=html)
        try:
            tree = environment.parse(source)
            _refuse_forbidden(field, tree)
            for loop in tree.find_all(nodes.For):
                loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None)
            code = environment.compile(tree)
        except jinja2.TemplateError as error:
            line = f"line {error.lineno}: " if isinstance(error, jinja2.TemplateSyntaxError) else ""
            raise InvalidChannel(field, f"{line}{printable(str(error))}") from None
        compiled = jinja2.Template.from_code(environment, code, {})
        return cls(compiled, rounds)

    def render(self, message: Message) -> str:
        """Return what the template makes of a message, at most OUTPUT_LIMIT letters.

        Raises:
            TemplateFailed: it asks for a name that is not there, or would take too long.
        """
        self._rounds.left = ROUNDS_LIMIT
        pieces, size = [], 0
        try:
            for piece in self._compiled.generate(names_of(message)):
                size += len(piece)
                if size > OUTPUT_LIMIT:
                    raise TemplateFailed(f"it writes more than {OUTPUT_LIMIT // 1024} KiB")
                pieces.append(piece)
        except TemplateFailed:
            raise
        except Exception as error:  # whatever filters make of what they are given
            raise TemplateFailed(printable(str(error)) or type(error).__name__) from error
        return "".join(pieces)


@attrs.define
class _Rounds:
    """How many rounds of loops are left at this rendering."""

    left: int = ROUNDS_LIMIT

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.left -= 1
            if self.left < 0:
                raise TemplateFailed(f"its loops go round more than {ROUNDS_LIMIT:,} times")
            yield item


def _environment(rounds: _Rounds, *, html: bool) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        autoescape=html,
        optimized=False,  # nothing is worked out before the checks are through
        keep_trailing_newline=False,
    )
    kept: dict[str, Callable[..., Any]] = {name: environment.filters[name] for name in FILTERS}
    environment.filters = {**kept, "duration": duration, "_counted": rounds.counted}
    environment.globals = {}
    return environment


def _refuse_forbidden(field: str, tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        name = getattr(node, "attr", getattr(node, "name", None))
        line = f"line {node.lineno}: "
        if isinstance(name, str) and name.startswith("_"):
            raise InvalidChannel(field, f"{line}{name!r} begins with an underscore, which is ours")
        if isinstance(node, nodes.For) and node.recursive:
            raise InvalidChannel(field, f"{line}a loop must not be recursive")
        if not isinstance(node, _ALLOWED):
            raise InvalidChannel(
                field,
                f"{line}{type(node).__name__!r} is not allowed here; a template may hold names, "
                f"if, for, and the filters {', '.join(sorted({*FILTERS, 'duration'}))}",
            )
