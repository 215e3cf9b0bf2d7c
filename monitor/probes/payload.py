"""What is sent along with a request: a text, JSON, a form, XML or a GraphQL query."""

from urllib.parse import urlencode

import attrs
import msgspec

from monitor.core.probing import InvalidTask
from monitor.probes.httpoptions import HttpOptions

_TYPES = {
    "raw": "",
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
    "graphql": "application/json",
}


@attrs.frozen
class Payload:
    """The body of a request, and what it is; both are empty if there is none."""

    data: bytes = attrs.field(default=b"", repr=False)
    content_type: str = ""


def read_payload(options: HttpOptions) -> Payload:
    """Return what the options say shall be sent.

    Raises:
        InvalidTask: they say it twice, or what is meant to be JSON is none; the text may hold a
            secret and is not shown.
    """
    told = {"body": bool(options.body), "json": options.json != "", "form": bool(options.form)}
    given = [name for name, there in told.items() if there]
    if len(given) > 1:
        raise InvalidTask(f"option {given[1]}", f"contradicts the option {given[0]}; keep one")
    if options.body_type != "raw" and given != ["body"]:
        raise InvalidTask("option body_type", "says what the option body is, and there is none")
    match given:
        case ["json"]:
            value = options.json
            written = _encoded("json", value) if isinstance(value, str) else _packed("json", value)
            return Payload(_checked_json("json", written), _TYPES["json"])
        case ["form"]:
            return Payload(_encoded("form", urlencode(options.form)), _TYPES["form"])
        case ["body"]:
            data = _encoded("body", options.body)
            if options.body_type == "json":
                _checked_json("body", data)
            if options.body_type == "graphql":
                data = _packed("body", {"query": options.body})
            return Payload(data, _TYPES[options.body_type])
    return Payload()


def _encoded(option: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidTask(f"option {option}", "contains half a letter") from None


def _packed(option: str, value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidTask(f"option {option}", f"cannot be written as JSON: {error}") from None


def _checked_json(option: str, data: bytes) -> bytes:
    try:
        msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        why = str(error).removeprefix("JSON is malformed: ")
        raise InvalidTask(f"option {option}", f"is not JSON: {why}") from None
    return data
