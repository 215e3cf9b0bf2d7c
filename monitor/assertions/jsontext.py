"""A text read as JSON, strictly, and without trusting it."""

import json
from json import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

from monitor.assertions.showing import show


class NotJson(Exception):
    """The text is not JSON; the message says where and why, and begins with "is not JSON"."""


def _refuse(word: str) -> NoReturn:
    raise NotJson(f"is not JSON: it contains {word}, which is no value there")


_DECODER = JSONDecoder(parse_constant=_refuse)


def read_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        NotJson: it is none, or nested too deeply, or has a number that is too long.
    """
    # A byte order mark is no part of JSON, but readers may ignore it (RFC 8259, 8.1).
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise NotJson("is not JSON: it is empty")
    try:
        return _DECODER.decode(text)
    except JSONDecodeError as error:
        raise NotJson(_explain(text, error)) from None
    except RecursionError:
        raise NotJson("is JSON nested too deeply to be read") from None
    except ValueError:
        # Python refuses integers of more than 4,300 digits (CVE-2020-10735).
        raise NotJson("is JSON with a number that is too long to be read") from None


def _explain(text: str, error: json.JSONDecodeError) -> str:
    message = error.msg[0].lower() + error.msg[1:]
    rest = text[error.pos : error.pos + 100]
    before = f"before {show(rest, 20)}" if rest else "where it ends"
    return f"is not JSON: {message} at line {error.lineno}, column {error.colno}, {before}"
