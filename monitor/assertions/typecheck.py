"""What can be known of a condition before any look: that its names exist and its types fit."""

from typing import NoReturn

import attrs

from monitor.assertions.errors import ConditionError
from monitor.assertions.literals import type_of_scalar
from monitor.assertions.names import Names
from monitor.assertions.printer import print_operand
from monitor.assertions.tree import (
    And,
    Compare,
    Contains,
    Duration,
    Exists,
    Holds,
    In,
    Length,
    Matches,
    Not,
    Number,
    Operand,
    Or,
    Path,
    Percentage,
    Quantified,
    Range,
    Several,
    Text,
    Tree,
)
from monitor.assertions.values import ORDERED, Type


def check_types(tree: Tree, names: Names, text: str) -> frozenset[str]:
    """Check the whole tree and return the declared names that it mentions.

    Raises:
        ConditionError: a name is unknown, or a comparison could never be decided.
    """
    checker = _Checker(names, text)
    checker.check(tree)
    return frozenset(checker.mentioned)


@attrs.define
class _Checker:
    names: Names
    text: str
    mentioned: set[str] = attrs.field(factory=set)
    inside: int = 0

    def check(self, tree: Tree) -> None:
        match tree:
            case And(parts) | Or(parts):
                for part in parts:
                    self.check(part)
            case Not(inner):
                self.check(inner)
            case Quantified():
                self._quantified(tree)
            case Compare():
                self._compare(tree)
            case In():
                self._in(tree)
            case Contains():
                self._contains(tree)
            case Matches(left):
                self._want(left, {Type.TEXT}, "matches searches a text")
            case Exists(path):
                self._type(path)
            case Holds(operand):
                self._want(operand, {Type.BOOLEAN}, "alone it is no condition")

    def _type(self, operand: Operand) -> Type:
        match operand:
            case Path():
                reached = self.names.resolve(operand, self.text, inside=self.inside > 0)
                if reached.name != "it":
                    self.mentioned.add(reached.name)
                return reached.type
            case Length(of):
                self._want(of, {Type.TEXT, Type.LIST, Type.TABLE}, "it has no length")
                return Type.NUMBER
            case Several():
                return Type.LIST
        return type_of_scalar(operand)

    def _want(self, operand: Operand, wanted: set[Type], otherwise: str) -> Type:
        of_type = self._type(operand)
        if of_type not in {*wanted, Type.ANY}:
            self._fail(operand, f"{_is(operand, of_type)}; {otherwise}")
        return of_type

    def _quantified(self, tree: Quantified) -> None:
        self._want(tree.over, {Type.LIST}, f"{tree.word} goes through a list")
        self.inside += 1
        self.check(tree.condition)
        self.inside -= 1

    def _compare(self, tree: Compare) -> None:
        left, right = self._type(tree.left), self._type(tree.right)
        if not isinstance(tree.left, Path | Length) and not isinstance(tree.right, Path | Length):
            self._fail(tree.left, "nothing of what the look found is compared here")
        if tree.operator not in ("==", "!="):
            for operand, of_type in ((tree.left, left), (tree.right, right)):
                if of_type not in {*ORDERED, Type.ANY}:
                    self._fail(
                        operand,
                        f"{_is(operand, of_type)}, and {tree.operator} compares only numbers, "
                        "durations and percentages",
                    )
        elif Type.NULL in (left, right):
            return
        self._fit(tree.left, left, tree.right, right)

    def _fit(self, left: Operand, left_type: Type, right: Operand, right_type: Type) -> None:
        if left_type is right_type or Type.ANY in (left_type, right_type):
            return
        # The caret belongs under the value that the operator wrote, not under the name.
        name, of_name, value, of_value = left, left_type, right, right_type
        if isinstance(right, Path | Length):
            name, of_name, value, of_value = right, right_type, left, left_type
        message = f"{_is(name, of_name)}, but {_is(value, of_value)}"
        self._fail(value, message, _instead(value, of_name))

    def _in(self, tree: In) -> None:
        left = self._type(tree.left)
        choices = tree.choices.items if isinstance(tree.choices, Several) else (tree.choices,)
        for choice in choices:
            scalar = choice.low if isinstance(choice, Range) else choice
            if type_of_scalar(scalar) is not Type.NULL:
                self._fit(tree.left, left, scalar, type_of_scalar(scalar))

    def _contains(self, tree: Contains) -> None:
        left = self._want(tree.left, {Type.TEXT, Type.LIST}, "only texts and lists contain things")
        right = self._type(tree.right)
        if left is Type.TEXT and right not in (Type.TEXT, Type.ANY):
            hint = f'write "{print_operand(tree.right)}"' if isinstance(tree.right, Number) else ""
            self._fail(
                tree.right, f"a text contains only texts, but {_is(tree.right, right)}", hint
            )

    def _fail(self, operand: Operand, message: str, hint: str = "") -> NoReturn:
        raise ConditionError(self.text, operand.column, message, hint)


def _is(operand: Operand, of_type: Type) -> str:
    return f"{print_operand(operand)} is {of_type}"


def _instead(written: Operand, wanted: Type) -> str:
    """Say how a value would be written as the type that is wanted."""
    match written, wanted:
        case Number(value), Type.DURATION:
            return f"write its unit, as in {value}ms or {value}s"
        case Number(value), Type.PERCENT:
            return f"write {value}%"
        case Duration() | Percentage(), Type.NUMBER:
            return "leave out the unit"
        case Number(), Type.TEXT:
            return f'write "{print_operand(written)}"'
        case Text(value), Type.NUMBER if value.lstrip("-").replace(".", "", 1).isdigit():
            return f"write {value} without quotes"
        case Text(value), Type.BOOLEAN if value in ("true", "false"):
            return f"write {value} without quotes"
    return ""
