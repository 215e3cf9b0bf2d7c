"""`${NAME}` and `${file:PATH}`: secrets that stand elsewhere, fetched where they are used.

What is stored and shown is the reference as it was written; the secret itself is fetched when a
task is made ready or a setting is read, and stays in memory. `$${` stands for `${`.
"""

import os
import re
import stat
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)
_FILE = "file:"
_LARGEST = 64 * 1024
"""Bytes of a file that is taken for a secret."""


class BadReference(ValueError):
    """What a reference names is not there; the message says what and how to mend it."""


def fetched(value: Any, environ: Mapping[str, str] | None = None) -> Any:
    """Return a value with the references in its texts, lists and tables replaced.

    `${NAME}` is a variable of the environment, `${NAME:-text}` has a default for one that is not
    set or empty, `${file:PATH}` is the content of a file without a final line end, as Docker and
    Kubernetes mount secrets.

    Raises:
        BadReference: the first that cannot be replaced.
    """
    environ = os.environ if environ is None else environ
    if isinstance(value, str):
        return _REFERENCE.sub(partial(_replaced, environ), value) if "${" in value else value
    if isinstance(value, Mapping):
        return {key: fetched(inner, environ) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(fetched(inner, environ) for inner in value)
    return value


def has_reference(value: Any) -> bool:
    """Say whether a value would be replaced by what stands elsewhere."""
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, Mapping):
        return any(has_reference(one) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple) and any(map(has_reference, value))


def files_for_all(value: Any) -> list[Path]:
    """Return the files that everybody on this machine can read, of those a value refers to.

    They are there: the value has been fetched.
    """
    if isinstance(value, list | tuple):
        return [path for inner in value for path in files_for_all(inner)]
    names = [found[2] for found in _REFERENCE.finditer(value)] if isinstance(value, str) else []
    paths = [_path(name) for name in names if name.startswith(_FILE)]
    return [path for path in paths if path.stat().st_mode & stat.S_IROTH]


def _path(name: str) -> Path:
    return Path(name.removeprefix(_FILE)).expanduser()


def _replaced(environ: Mapping[str, str], found: re.Match[str]) -> str:
    escaped, name = found[1], found[2]
    if escaped:
        return found[0][1:]
    if name.startswith(_FILE):
        return _content(_path(name))
    variable = _VARIABLE.fullmatch(name)
    if variable is None:
        raise BadReference(
            f"{found[0]} is no reference; write ${{NAME}}, ${{NAME:-default}} or ${{file:PATH}}, "
            "or $${ for the signs themselves"
        )
    value = environ.get(variable[1], "")
    if value:
        return value
    if variable[2] is not None:
        return variable[2]
    if variable[1] in environ:
        return ""
    raise BadReference(f"the environment variable {variable[1]} is not set here")


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadReference(f"the file {path} is not UTF-8 text") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadReference(f"the file {path} cannot be read: {why}") from None
    if len(raw) > _LARGEST:
        raise BadReference(f"the file {path} is too large for a secret (over 64 KiB)")
    return text.removesuffix("\n").removesuffix("\r")
