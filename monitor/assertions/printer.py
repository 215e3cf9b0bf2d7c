"""A tree as text again, in one canonical way: reading it gives the same tree."""

from monitor.assertions.escapes import escape
from monitor.assertions.tokens import is_name
from monitor.assertions.tree import (
    And,
    Boolean,
    Compare,
    Contains,
    Duration,
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
    Null,
    Number,
    Operand,
    Or,
    Path,
    Percentage,
    Quantified,
    Range,
    Several,
    Step,
    Text,
    Tree,
)


def print_tree(tree: Tree) -> str:
    """Return the canonical text of a condition."""
    match tree:
        case Or(parts):
            return " or ".join(_within(part, Or) for part in parts)
        case And(parts):
            return " and ".join(_within(part, And, Or) for part in parts)
        case Not(In() | Contains() | Matches() | Exists() as inner):
            return _worded(inner, "not ")
        case Not(inner):
            return f"not {_within(inner, And, Or)}"
        case Quantified(word, over, inner):
            return f"{word}({print_operand(over)}, {print_tree(inner)})"
        case Compare(left, operator, right):
            return f"{print_operand(left)} {operator} {print_operand(right)}"
        case Holds(operand):
            return print_operand(operand)
    return _worded(tree, "")


def _within(part: Tree, *looser: type) -> str:
    text = print_tree(part)
    return f"({text})" if isinstance(part, looser) else text


def _worded(tree: In | Contains | Matches | Exists, negation: str) -> str:
    match tree:
        case In(left, choices):
            return f"{print_operand(left)} {negation}in {_choice(choices)}"
        case Contains(left, right):
            return f"{print_operand(left)} {negation}contains {print_operand(right)}"
        case Matches(left, pattern, flags):
            return f"{print_operand(left)} {negation}matches {_regex(pattern)}{flags}"
        case Exists(path):
            return f"{print_operand(path)} {negation}exists"


def print_operand(operand: Operand) -> str:
    """Return the canonical text of a value or of a name with what follows it."""
    match operand:
        case Null():
            return "null"
        case Boolean(value):
            return "true" if value else "false"
        case Number(value):
            return repr(value)
        case Percentage(number):
            return f"{number!r}%"
        case Duration(text):
            return text
        case Text(value):
            return quoted(value)
        case Several(items):
            return f"[{', '.join(map(_choice, items))}]"
        case Length(of):
            return f"len({print_operand(of)})"
        case Path(root, steps):
            return print_path(root, steps)


def print_path(root: str, steps: tuple[Step, ...]) -> str:
    """Return a name with its steps, also of a path that is not yet at its end."""
    return root + "".join(map(_step, steps))


def quoted(text: str) -> str:
    """Put a text in quotes, in single ones if that spares backslashes."""
    quote = "'" if '"' in text and "'" not in text else '"'
    return f"{quote}{escape(text, quote)}{quote}"


def _choice(choice: Operand | Range) -> str:
    if isinstance(choice, Range):
        return f"{print_operand(choice.low)}..{print_operand(choice.high)}"
    return print_operand(choice)


def _step(step: Step) -> str:
    match step:
        case Member(name):
            # `.json` says how a text is read; `.x-cache` can be read, but looks like a difference.
            dotted = is_name(name) and name != "json" and "-" not in name
            return f".{name}" if dotted else f"[{quoted(name)}]"
        case Index(number):
            return f"[{number}]"
        case Every():
            return "[*]"
        case Json():
            return ".json.$"


def _regex(pattern: str) -> str:
    pieces = []
    pending = False  # whether the letter before is a backslash that escapes this one
    for letter in pattern:
        pieces.append("\\/" if letter == "/" and not pending else letter)
        pending = letter == "\\" and not pending
    return f"/{''.join(pieces)}/"
