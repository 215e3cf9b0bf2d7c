"""Operators' own wording: Jinja2 templates that can neither reach into the monitor nor stop it.

A template may write texts and names, choose (`if`), repeat (`for`) and filter; it has no methods to
call, no arithmetic and no names that begin with an underscore. Rounds of loops and uses of filters
are counted, and no text may grow beyond a bound on the way, so that rendering ends soon whatever a
target has put into a notice. What is wrong with a template shows when the channel is made ready: it
is rendered for samples then.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import htmlsafe_json_dumps

from monitor.channels.payload import names_of
from monitor.channels.samples import samples
from monitor.channels.wording import duration
from monitor.core.alerts.notices import InvalidChannel, Message
from monitor.probes.explain import printable

SOURCE_LIMIT = 16 * 1024
"""Letters of a template."""
OUTPUT_LIMIT = 64 * 1024
"""Letters of what comes out, and of what comes out of any filter."""
STEPS_LIMIT = 10_000
"""Rounds of loops and uses of filters together, at one rendering: a second or two at the worst."""

FILTERS = (
    *("capitalize", "count", "d", "default", "e", "escape", "first", "forceescape", "int", "last"),
    *("length", "list", "lower", "reverse", "sort", "string", "striptags", "title", "trim"),
    *("truncate", "unique", "upper", "urlencode"),
)
"""What there is of Jinja's own filters: those that make no more of a text than several times it."""
OUR_FILTERS = ("duration", "join", "replace", "tojson")
"""`duration` says seconds in words; the others are like Jinja's, with a bound."""

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
    _steps: "_Steps" = attrs.field(repr=False)

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
        steps = _Steps()
        environment = _environment(steps, html=html)
        try:
            tree = environment.parse(source)
            _refuse_forbidden(field, tree)
            for loop in tree.find_all(nodes.For):
                loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None)
            code = environment.compile(tree)
        except InvalidChannel:
            raise
        except jinja2.TemplateSyntaxError as error:
            line = f"line {error.lineno}: "
            raise InvalidChannel(field, f"{line}{printable(str(error))}") from None
        except (RecursionError, SyntaxError, MemoryError):  # Python's own limits
            raise InvalidChannel(field, "is nested too deeply") from None
        compiled = jinja2.Template.from_code(environment, code, {})
        return cls(compiled, steps)

    def render(self, message: Message) -> str:
        """Return what the template makes of a message, at most OUTPUT_LIMIT letters.

        Raises:
            TemplateFailed: it asks for a name that is not there, or would take too long.
        """
        self._steps.left = STEPS_LIMIT
        pieces, size = [], 0
        try:
            for piece in self._compiled.generate(names_of(message)):
                size += len(piece)
                _check_size(size)
                pieces.append(piece)
        except TemplateFailed:
            raise
        except Exception as error:  # whatever filters make of what they are given
            raise TemplateFailed(printable(str(error)) or type(error).__name__) from error
        return "".join(pieces)


@attrs.define
class _Steps:
    """How much is left to do at this rendering."""

    left: int = STEPS_LIMIT

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TemplateFailed(f"it takes more than {STEPS_LIMIT:,} steps")

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        """Hand on what a loop goes through."""
        for item in items:
            self.take()
            yield item

    def bounded(self, use: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter whose uses are counted and whose texts have a bound."""

        @functools.wraps(use)
        def use_bounded(*given: Any, **options: Any) -> Any:
            self.take()
            made = use(*given, **options)
            if isinstance(made, str):
                _check_size(len(made))
            return made

        return use_bounded


def _check_size(letters: int) -> None:
    if letters > OUTPUT_LIMIT:
        raise TemplateFailed(f"it writes more than {OUTPUT_LIMIT // 1024} KiB")


def _join(items: Iterable[Any], between: str = "") -> str:
    texts = [str(item) for item in items]
    _check_size(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _replace(value: Any, old: str, new: str) -> str:
    text = f"{value}"
    _check_size(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _tojson(value: Any) -> markupsafe.Markup:
    return htmlsafe_json_dumps(value)


def _environment(steps: _Steps, *, html: bool) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        autoescape=html,
        optimized=False,  # nothing is worked out before the checks are through
    )
    kept: dict[str, Callable[..., Any]] = {name: environment.filters[name] for name in FILTERS}
    kept |= zip(OUR_FILTERS, (duration, _join, _replace, _tojson), strict=True)
    environment.filters = {name: steps.bounded(use) for name, use in kept.items()}
    environment.filters["_counted"] = steps.counted
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
                f"if, for, and the filters {', '.join(sorted({*FILTERS, *OUR_FILTERS}))}",
            )
