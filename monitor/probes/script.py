"""What is said and heard over one connection, in turn: the steps of a conversation by hand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import attrs
import re2  # type: ignore[import-untyped]
from msgspec import Meta

from monitor.assertions import ConditionError
from monitor.assertions.patterns import compile_pattern
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes.explain import printable
from monitor.probes.talk import Talk

HEARD_LIMIT = 16 * 1024
"""Bytes that all steps together hear; a conversation that proves life is shorter."""

MOST_STEPS = 50

_LINE_LIMIT = 4 * 1024
_PATTERN_LIMIT = 500
"""Steps of a compiled pattern; with a line of 4 KiB that is 15 ms at most."""

_PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.|$)", re.DOTALL)
_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


@attrs.frozen(kw_only=True)
class ScriptStep:
    """One step: what is to be heard, then what is said, then TLS; each may be left out."""

    expect: Annotated[str, Meta(description="text to wait for, with the same escapes as send")] = ""
    matches: Annotated[
        str,
        Meta(
            description="a regular expression (RE2) to wait for a line of; what its groups "
            "(?P<name>...) catch stands in later steps as {{name}}"
        ),
    ] = ""
    send: Annotated[
        str, Meta(description=r"text to send then; \r \n \t \\ \xHH are understood")
    ] = ""
    starttls: Annotated[bool, Meta(description="whether to go on with TLS then")] = False


@attrs.frozen
class _Text:
    """Bytes, with names between them of what is caught in earlier steps."""

    parts: tuple[bytes, ...]
    names: tuple[str, ...] = ()
    """One less than parts."""

    def filled(self, caught: Mapping[str, bytes]) -> bytes:
        between = [caught[name] for name in self.names]
        return b"".join(
            part + inner for part, inner in zip(self.parts, [*between, b""], strict=True)
        )


@attrs.frozen
class _Pattern:
    written: str
    engine: Any = attrs.field(eq=False)


@attrs.frozen(kw_only=True)
class Said:
    """A step made ready."""

    expect: _Text | None = None
    shown: str = ""
    """What is expected, as written."""
    matches: _Pattern | None = None
    send: _Text | None = None
    starttls: bool = False


def simple_steps(send: str, expect: str) -> list[Said]:
    """Return the steps of `send` and `expect`, which know no names.

    Raises:
        InvalidTask: naming the option that is wrong.
    """
    steps = []
    if message := unescape("send", send):
        steps.append(Said(send=_Text((message,))))
    if expected := unescape("expect", expect):
        steps.append(Said(expect=_Text((expected,)), shown=repr(expect)))
    return steps


def script_steps(written: Sequence[ScriptStep]) -> list[Said]:
    """Check the steps of a script, and make them ready.

    Raises:
        InvalidTask: naming the step and the option that is wrong.
    """
    if len(written) > MOST_STEPS:
        raise InvalidTask("option script", f"has {len(written)} steps; write {MOST_STEPS} at most")
    known: set[str] = set()
    return [_ready(f"script[{number}]", step, known) for number, step in enumerate(written, 1)]


def _ready(option: str, step: ScriptStep, known: set[str]) -> Said:
    if not (step.expect or step.matches or step.send or step.starttls):
        raise InvalidTask(
            f"option {option}", "does nothing; write expect, matches, send or starttls"
        )
    if step.expect and step.matches:
        raise InvalidTask(f"option {option}", "has both expect and matches; make two steps of it")
    expect = _text(f"{option}.expect", step.expect, known)
    matches = _pattern(f"{option}.matches", step.matches)
    if matches is not None:
        known |= {_name(name) for name in matches.engine.groupindex}
    return Said(
        expect=expect,
        shown=repr(step.expect) if step.expect else f"/{step.matches}/",
        matches=matches,
        send=_text(f"{option}.send", step.send, known),
        starttls=step.starttls,
    )


def _text(option: str, text: str, known: set[str]) -> _Text | None:
    if not text:
        return None
    pieces = _PLACE.split(text)
    for name in pieces[1::2]:
        if name not in known:
            raise InvalidTask(
                f"option {option}",
                f"{{{{{name}}}}} is caught in no step before; write "
                f"(?P<{name}>...) into one of their patterns",
            )
    return _Text(tuple(unescape(option, piece) for piece in pieces[::2]), tuple(pieces[1::2]))


def _pattern(option: str, text: str) -> _Pattern | None:
    if not text:
        return None
    try:
        checked = compile_pattern(text, "", text, 0)
    except ConditionError as error:
        raise InvalidTask(f"option {option}", error.sentence) from None
    if checked.size > _PATTERN_LIMIT:
        raise InvalidTask(
            f"option {option}",
            f"is too large: it has {checked.size} steps, {_PATTERN_LIMIT} are allowed; "
            "repeat less often",
        )
    options = re2.Options()
    options.log_errors = False
    return _Pattern(text, re2.compile(text.encode(), options))


class Script:
    """Goes through steps over one connection. What was heard is the fact `answer`.

    Every step is served by what the steps before it have not taken. A text is taken from what was
    heard up to its end; a pattern is tried on one line after the other, and takes it and those
    before it.
    """

    def __init__(self, talk: Talk, trace: Trace, limit: int = HEARD_LIMIT) -> None:
        self._talk = talk
        self._trace = trace
        self._limit = limit
        self._heard = bytearray()
        self._taken = 0
        self._caught: dict[str, bytes] = {}
        self._ended = False

    async def step(self, step: Said, called: str = "") -> None:
        """Hear and say what a step wants; going on with TLS is left to the caller.

        `called` is what the step is called in front of what is said of its failure.

        Raises:
            TargetDown: what is expected did not come, or the connection broke.
        """
        if step.expect is not None or step.matches is not None:
            with self._trace.enter("receive"):
                while not self._found(step):
                    await self._hear_more(step, called)
        if step.send is not None:
            with self._trace.enter("send"):
                await self._talk.send(step.send.filled(self._caught))

    def forget(self) -> None:
        """Take all that was heard: when TLS begins, nothing is believed that came without it."""
        self._taken = len(self._heard)

    def _found(self, step: Said) -> bool:
        if step.expect is not None:
            wanted = step.expect.filled(self._caught)
            at = self._heard.find(wanted, self._taken)
            if at >= 0:
                self._taken = at + len(wanted)
            return at >= 0
        assert step.matches is not None
        for line in self._lines():
            if (found := step.matches.engine.search(line)) is not None:
                caught = {_name(name): value or b"" for name, value in found.groupdict().items()}
                self._caught |= caught
                shown = {name: value.decode("utf-8", "replace") for name, value in caught.items()}
                self._trace.facts["caught"] = {**self._trace.facts.get("caught", {}), **shown}
                return True
        return False

    def _lines(self) -> Iterator[bytes]:
        """Take whole lines, and the rest when nothing more can come."""
        while True:
            end = self._heard.find(b"\n", self._taken)
            last = end < 0
            stop = len(self._heard) if last else end
            if stop - self._taken > _LINE_LIMIT:
                raise TargetDown(f"the target sent a line of more than {_LINE_LIMIT} bytes")
            if last and not (self._ended and self._taken < stop):
                return
            line = bytes(self._heard[self._taken : stop]).removesuffix(b"\r")
            self._taken = stop if last else stop + 1
            yield line

    async def _hear_more(self, step: Said, called: str) -> None:
        room = self._limit - len(self._heard)
        piece = await self._talk.hear(room) if room and not self._ended else b""
        self._heard += piece
        self._trace.facts["answer"] = self._heard.decode("utf-8", "replace")
        if piece:
            return
        if not self._ended and step.matches is not None:
            self._ended = True  # what is left may be a line without an end
            return
        got = printable(self._trace.facts["answer"], 100)
        what = f"the answer was {got!r}" if got else "the connection was closed unanswered"
        raise TargetDown(f"{called}{step.shown} did not come; {what}")


def _name(raw: bytes | str) -> str:
    return raw.decode() if isinstance(raw, bytes) else raw


def unescape(option: str, text: str) -> bytes:
    r"""Return the bytes of a text in which `\r`, `\n`, `\t`, `\\` and `\xHH` are escapes.

    Raises:
        InvalidTask: for any other backslash.
    """

    def replace(found: re.Match[bytes]) -> bytes:
        escape = found[1]
        if len(escape) == 3:
            return bytes([int(escape[1:], 16)])
        if escape not in _ESCAPES:
            raise InvalidTask(
                f"option {option}",
                f"{found[0].decode(errors='replace')!r} is not an escape; "
                r"use \r \n \t \xHH, and \\ for a backslash",
            )
        return _ESCAPES[escape]

    return _ESCAPE.sub(replace, text.encode())
