"""The grammar: tokens become a tree, or an error that says where and what to write instead."""

from typing import NoReturn, get_args

from monitor.assertions import hints
from monitor.assertions.errors import ConditionError
from monitor.assertions.literals import read_choices, read_scalar, read_several, refuse_gatus
from monitor.assertions.patterns import compile_pattern, ordered_flags
from monitor.assertions.printer import print_operand
from monitor.assertions.reader import WORDS, Reader
from monitor.assertions.tokens import Sort, Token
from monitor.assertions.tree import (
    And,
    Boolean,
    Compare,
    Comparison,
    Contains,
    Every,
    Exists,
    Holds,
    In,
    Index,
    Json,
    Length,
    Matches,
    Member,
    Not,
    Operand,
    Or,
    Path,
    Quantified,
    Scalar,
    Several,
    Simple,
    Step,
    Tree,
)

STEPS = 32
"""Steps of one path; nobody reads a longer one."""

_COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
_INFIX = ("in", "contains", "matches", "exists")


def parse_tree(text: str) -> Tree:
    """Read a condition.

    Raises:
        ConditionError: it is not one.
    """
    reader = Reader(text)
    tree = _any_of(reader)
    if reader.here.sort is not Sort.END:
        _refuse_rest(reader)
    return tree


def _any_of(reader: Reader) -> Tree:
    start = reader.here.column
    parts = [_all_of(reader)]
    while reader.take("or"):
        parts.append(_all_of(reader))
    return parts[0] if len(parts) == 1 else Or(tuple(parts), start)


def _all_of(reader: Reader) -> Tree:
    start = reader.here.column
    parts = [_one(reader)]
    while reader.take("and"):
        parts.append(_one(reader))
    return parts[0] if len(parts) == 1 else And(tuple(parts), start)


def _one(reader: Reader) -> Tree:
    start = reader.here
    if reader.take("not"):
        with reader.deeper(start):
            return Not(_one(reader), start.column)
    if reader.take("("):
        with reader.deeper(start):
            tree = _any_of(reader)
            reader.expect(")", "to close the parenthesis")
        if reader.at(*_COMPARISONS, *_INFIX):
            raise reader.error(
                start, "parentheses group conditions, not values", "leave them out here"
            )
        return tree
    if reader.at("any", "all"):
        return _quantified(reader)
    return _simple(reader, _operand(reader))


def _quantified(reader: Reader) -> Quantified:
    start = reader.next()
    word: str = start.text
    reader.expect("(", f"as in {word}(body.json.$.items, it.price > 3)")
    over = _path(reader)
    reader.expect(",", f"and a condition, as in {word}({print_operand(over)}, it > 3)")
    with reader.deeper(start):
        condition = _any_of(reader)
    reader.expect(")", f"to close {word}(")
    return Quantified("any" if word == "any" else "all", over, condition, start.column)


def _simple(reader: Reader, left: Operand) -> Tree:
    sign = reader.here
    negated = reader.take("not")
    if negated and not reader.at(*_INFIX):
        hint = "write !=" if reader.at("==") else "write it before the condition"
        raise reader.error(sign, f"not cannot stand before {reader.here.shown}", hint)
    tree: Simple
    if reader.take("in"):
        tree = In(left, read_choices(reader, left), sign.column)
    elif reader.take("contains"):
        tree = Contains(left, _operand(reader), sign.column)
    elif reader.take("matches"):
        tree = _matches(reader, left, sign)
    elif reader.take("exists"):
        if not isinstance(left, Path):
            raise reader.error(
                sign, f"{print_operand(left)} is no name, so it cannot exist or be missing"
            )
        tree = Exists(left, sign.column)
    elif comparison := next((c for c in _COMPARISONS if reader.take(c)), None):
        tree = Compare(left, comparison, _operand(reader), sign.column)
    elif isinstance(left, Path | Boolean):
        tree = Holds(left, left.column)
    else:
        _refuse_lonely(reader, left)
    return Not(tree, sign.column) if negated else tree


def _matches(reader: Reader, left: Operand, sign: Token) -> Matches:
    pattern = reader.next()
    if pattern.sort is not Sort.REGEX:
        if pattern.sort is Sort.TEXT:
            hint = f"write it between slashes, /{pattern.text}/"
        else:
            hint = "write it between slashes, as in body matches /ok|ready/i"
        raise reader.error(pattern, f"matches needs a pattern, found {pattern.shown}", hint)
    flags = ordered_flags(reader.text, pattern)
    compile_pattern(pattern.text, flags, reader.text, pattern.column)
    return Matches(left, pattern.text, flags, sign.column)


def _operand(reader: Reader) -> Operand:
    here = reader.here
    if reader.at("["):
        return read_several(reader, ranges=False)
    if reader.at("len"):
        reader.next()
        reader.expect("(", "as in len(body) > 0")
        of = _path(reader)
        reader.expect(")", "to close len(")
        return Length(of, here.column)
    return read_scalar(reader) or _path(reader)


def _path(reader: Reader) -> Path:
    name = reader.next()
    if name.sort is not Sort.NAME or name.text in WORDS:
        _refuse_as_name(reader, name)
    if reader.at("("):
        _refuse_function(reader, name)
    if name.text == "it" and not reader.inside_quantified:
        raise reader.error(
            name, "'it' is known only inside any and all", "write any(rows, it.n > 3)"
        )
    if name.text.lower() in hints.LITERALS and not reader.at(".", "["):
        hint = f"write {hints.LITERALS[name.text.lower()]}"
        raise reader.error(name, f"{name.text!r} is no value of this language", hint)
    steps: list[Step] = []
    while step := _step(reader):
        steps.append(step)
        if len(steps) > STEPS:
            raise reader.error(name, f"a name of more than {STEPS} steps is too long to be read")
    return Path(name.text, tuple(steps), name.column)


def _step(reader: Reader) -> Step | None:
    start = reader.here
    if reader.take("."):
        member = reader.next()
        if member.text == "$":
            raise reader.error(member, "$ stands only behind .json", "write body.json.$.name")
        if member.sort is not Sort.NAME:
            hint = f'write ["{member.text}"]' if member.sort is Sort.NUMBER else ""
            raise reader.error(
                member, f"a name is missing behind the dot, found {member.shown}", hint
            )
        if member.text != "json":
            return Member(member.text, member.column)
        if reader.at(".") and reader.ahead.text == "$":
            reader.next()
            reader.next()
        return Json(member.column)
    if not reader.take("["):
        return None
    step = _bracketed(reader, start)
    reader.expect("]", "to close the bracket")
    return step


def _bracketed(reader: Reader, start: Token) -> Step:
    inner = reader.next()
    if inner.sort is Sort.TEXT:
        return Member(inner.text, start.column)
    if inner.text == "*":
        return Every(start.column)
    if inner.sort is Sort.NUMBER and inner.text.removeprefix("-").isdigit():
        return Index(int(inner.text), start.column)
    hint = f'write ["{inner.text}"]' if inner.sort is Sort.NAME else 'write [0], [-1], [*] or ["x"]'
    raise reader.error(inner, f"{inner.shown} cannot stand in brackets", hint)


# --- refusing, with advice ------------------------------------------------------------------------


def _refuse_as_name(reader: Reader, found: Token) -> NoReturn:
    hint = "write a name such as status, latency or body"
    if found.text == "[" and found.sort is Sort.SIGN:
        refuse_gatus(reader)
    if found.text == "$":
        hint = "write body.json.$"
    elif found.sort is Sort.NAME and reader.at("("):
        _refuse_function(reader, found)
    elif found.sort is Sort.NAME:
        hint = f"{found.text} is a word of the language, and a value is missing before it"
    raise reader.error(found, f"a value is missing, found {found.shown}", hint)


def _refuse_function(reader: Reader, name: Token) -> NoReturn:
    hint = hints.FUNCTIONS.get(name.text.lower(), "there are any, all and len")
    raise reader.error(name, f"there is no function {name.text!r}", hint)


def _refuse_lonely(reader: Reader, left: Scalar | Several | Length) -> NoReturn:
    rest = reader.here
    written = print_operand(left)
    if rest.sort is Sort.END or reader.at("and", "or", ")", ","):
        raise ConditionError(
            reader.text,
            left.column,
            f"{written} alone is neither true nor false",
            f"compare it, as in {written} > 0" if isinstance(left, Length) else "",
        )
    _refuse_rest(reader)


def _refuse_rest(reader: Reader) -> NoReturn:
    rest = reader.here
    word = rest.text.lower()
    if rest.sort is Sort.NAME and word in hints.OPERATORS:
        hint = "write !=" if reader.ahead.text == "not" else hints.OPERATORS[word]
        raise reader.error(rest, f"{rest.text!r} is no operator", hint)
    if rest.sort is Sort.NAME and rest.text != word and word in WORDS:
        raise reader.error(rest, f"{rest.text!r} is written in small letters", f"write {word}")
    if reader.at(*_COMPARISONS, *_INFIX):
        raise reader.error(rest, "comparisons cannot be chained", "join two conditions by and")
    if reader.at(")"):
        raise reader.error(rest, "there is no parenthesis to close")
    if rest.sort not in (Sort.SIGN, Sort.NAME):
        raise reader.error(
            rest, f"an operator is missing before {rest.shown}", "write ==, <, in, contains ..."
        )
    raise reader.error(
        rest, f"the condition should end before {rest.shown}", "join two conditions by and or or"
    )
