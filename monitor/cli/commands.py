"""The tree of commands, and the words that may stand before them."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from monitor.cli.everywhere import PLAIN_FLAGS, VALUE_FLAGS
from monitor.cli.refusals import BadInput

if TYPE_CHECKING:
    from cyclopts import App

_HELP = """A service monitor that cannot silently stop.

Without a command it runs: `monitor https://example.com` watches that address until Ctrl-C.
"""


_FAMILIES = (
    *("run", "demo", "check", "task", "kinds", "apply", "config", "status", "history", "explain"),
    *("incidents", "ack", "note", "channel", "silence", "maintenance", "test", "simulate"),
    *("status-page", "user", "token", "audit-log", "db", "doctor", "drill", "verify"),
)
"""Each is a room beside this one, and brings the command of its name; in the order of the help."""


def make_app(tokens: Sequence[str] = ()) -> "App":
    """Return all commands, or only the one that the words name: it need not wait for the others."""
    from cyclopts import App, Parameter

    from monitor import __version__

    app = App(
        name="monitor",
        help=_HELP,
        help_format="plaintext",
        usage="Usage: monitor [COMMAND] [OPTIONS]",
        version=f"monitor {__version__}",
        default_parameter=Parameter(negative=(), show_default=False),
    )
    _, rest = _leading(list(tokens))
    named = rest[:1] if rest and rest[0] in _FAMILIES else _FAMILIES
    for name in named:
        import_module(f"monitor.cli.{name.replace('-', '_')}").register(app)
    return app


def arrange(app: "App", tokens: list[str]) -> list[str]:
    """Put the command first, and what is said everywhere behind it; no command means `run`.

    Raises:
        BadInput: a family of commands was named, but none of its commands.
    """
    said, rest = _leading(tokens)
    chain, apps, behind = app.parse_commands(rest)
    if chain:
        if apps[-1].default_command is None and not behind:
            there_are = ", ".join(name for name in apps[-1] if not name.startswith("-"))
            raise BadInput(f"{' '.join(chain)} what? There are: {there_are}")
        return [*chain, *said, *behind]
    if rest and (rest[0] in (*app.help_flags, *app.version_flags) or not _starts_run(rest[0])):
        return rest
    return ["run", *said, *rest]


def _leading(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Part the options before the command from the rest."""
    at = 0
    while at < len(tokens):
        name, equals, _ = tokens[at].partition("=")
        if name in PLAIN_FLAGS or (name in VALUE_FLAGS and equals):
            at += 1
        elif name in VALUE_FLAGS:
            at += 2
        else:
            break
    return tokens[:at], tokens[at:]


def _starts_run(word: str) -> bool:
    """Tell a target, or an option of `run`, from a misspelt command."""
    return word.startswith("-") or any(sign in word for sign in ":./")
