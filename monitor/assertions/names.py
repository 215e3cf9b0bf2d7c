"""Which names conditions of a kind may ask about: declared once, for checking and for the pages.

A kind declares what its looks find::

    FACTS = Names((
        Name("status", Type.NUMBER, "the status code of the answer", also=("code",)),
        Name("header.*", Type.TEXT, "a header, whatever the case of its name",
             at="headers", any_case=True),
        Name("certificate.days_left", Type.NUMBER, "days until the certificate expires"),
    ))
"""

import difflib
import functools
from typing import NoReturn, Self

import attrs

from monitor.assertions.errors import ConditionError
from monitor.assertions.printer import print_operand, print_path, quoted
from monitor.assertions.tree import Every, Index, Json, Member, Path, Step
from monitor.assertions.values import Type


@attrs.frozen
class Name:
    """A fact that a condition may ask about."""

    path: str
    """As conditions write it; a part `*` stands for any name."""
    type: Type
    """A plain float found under a DURATION is read as seconds, under a PERCENT as per cent."""
    says: str
    """What it is, in a few words for the documentation."""
    at: str = ""
    """Its key among the facts, where that differs; it stands for the path without a final `.*`."""
    any_case: bool = False
    """Whether upper and lower case are the same in the part `*`."""
    also: tuple[str, ...] = ()
    """What else people try to write; only for "did you mean"."""


@attrs.define
class _Node:
    type: Type = Type.TABLE
    path: str = ""
    at: str = ""
    any_case: bool = False
    children: dict[str, "_Node"] = attrs.field(factory=dict)


@attrs.frozen
class Reached:
    """Where a path leads."""

    key: str
    """The fact that it starts from."""
    steps: tuple[Step, ...]
    """What remains to be done with that fact."""
    type: Type
    any_case: bool
    """Whether the first step is a name in any case."""
    name: str
    """The declared name; of an undeclared one its first part."""


@attrs.frozen
class Names:
    """The names that looks of one kind find."""

    known: tuple[Name, ...]
    open: bool = False
    """Whether others are taken on trust: functions and plugins may find anything."""

    def __or__(self, other: Self) -> "Names":
        """Return the names of both."""
        return Names((*self.known, *other.known), self.open or other.open)

    def resolve(self, path: Path, text: str, *, inside: bool = False) -> Reached:
        """Find where a path leads; `inside` says whether it stands within `any` or `all`.

        Raises:
            ConditionError: a name in it is not known, or asked for what it cannot have.
        """
        if path.root == "it":
            return Reached("it", path.steps, Type.ANY, any_case=False, name="it")
        node = _tree(self.known).children.get(path.root)
        if node is None:
            if self.open:
                return Reached(path.root, path.steps, Type.ANY, any_case=False, name=path.root)
            self._refuse_root(path, text, inside)
        key, begin, any_case = path.root, 0, False
        for done, step in enumerate(path.steps):
            key, begin = (node.at, done) if node.at else (key, begin)
            if isinstance(step, Every) or not node.children:
                _check_step(path, done, node.type, text)
                return Reached(key, path.steps[begin:], Type.ANY, any_case, node.path)
            if not isinstance(step, Member):
                raise _impossible(path, done, node.type, text)
            child = node.children.get(step.name, node.children.get("*"))
            if child is None:
                _refuse_member(path, done, step, node, text)
            any_case = any_case or child.any_case
            node = child
        key, begin = (node.at, len(path.steps)) if node.at else (key, begin)
        return Reached(key, path.steps[begin:], node.type, any_case, node.path)

    def _refuse_root(self, path: Path, text: str, inside: bool) -> NoReturn:
        guess = self._nearest(print_operand(path), path.root)
        roots = ", ".join(sorted(_tree(self.known).children))
        if guess:
            hint = f"did you mean {guess}?"
        elif inside:
            hint = f"write it.{path.root} for a member of the element"
        else:
            hint = f"there are: {roots}"
        raise ConditionError(text, path.column, f"{path.root!r} is not known here", hint)

    def _nearest(self, written: str, root: str) -> str | None:
        """Return the declared name that was probably meant."""
        spellings: dict[str, str] = {}
        for name in self.known:
            bare = name.path.removesuffix(".*")
            for spelling in (*name.also, bare.rpartition(".")[2], bare.partition(".")[0], bare):
                spellings[spelling] = bare
        for word in (written, root):
            word = word.casefold().replace("-", "_")
            close = difflib.get_close_matches(word, spellings, n=1, cutoff=0.7)
            if close:
                return spellings[close[0]]
        return None


@functools.lru_cache(maxsize=128)
def _tree(known: tuple[Name, ...]) -> _Node:
    top = _Node()
    for name in known:
        node = top
        for part in name.path.split("."):
            node = node.children.setdefault(part, _Node(path=f"{node.path}.{part}".lstrip(".")))
        node.type, node.any_case = name.type, name.any_case
        if name.at:
            holder = top
            for part in name.path.removesuffix(".*").split("."):
                holder = holder.children[part]
            holder.at = name.at
    return top


def _refuse_member(path: Path, done: int, step: Member, node: _Node, text: str) -> NoReturn:
    owner = print_path(path.root, path.steps[:done])
    close = difflib.get_close_matches(step.name, node.children, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(sorted(node.children))}"
    raise ConditionError(text, step.column, f"{owner} has no {quoted(step.name)}", hint)


def _check_step(path: Path, done: int, of_type: Type, text: str) -> None:
    """Refuse a step that a value of this type can never take."""
    match path.steps[done], of_type:
        case (_, Type.ANY) | (Json(), Type.TEXT) | (Every(), Type.LIST | Type.TABLE):
            return
        case Index(), Type.LIST:
            return
    raise _impossible(path, done, of_type, text)


def _impossible(path: Path, done: int, of_type: Type, text: str) -> ConditionError:
    step = path.steps[done]
    owner = print_path(path.root, path.steps[:done])
    hints = {
        Type.TEXT: f"write {owner}{print_path('.json.$', (step,))} if it is JSON",
        Type.LIST: f"write {owner}[0] or any({owner}, it ...)",
        Type.TABLE: f"write {owner}.name or {owner}[*]",
    }
    message = f"{owner} is {of_type}, so it has no {print_path('', (step,))}"
    return ConditionError(text, step.column, message, hints.get(of_type, ""))
