"""How far the run is, on stderr: one line a step, and on a terminal a count that moves."""

from typing import TextIO

import attrs
import trio

from monitor.verification.phrases import counted, title, word

_REFRESH_S = 0.1


@attrs.define(eq=False)
class Progress:
    """Tell how far we are. Only a terminal sees a line change; a file gets each line once."""

    stream: TextIO
    lang: str = "en"
    steps: int = 6
    _head: str = ""
    _count: str = ""
    _width: int = 0
    _started_s: float = 0.0
    _shown_s: float = 0.0

    def begin(self, number: int, name: str) -> None:
        """Start the line of a step."""
        self._head = f"[{number}/{self.steps}] {title(name, self.lang)}"
        self._count, self._width = "", 0
        self._started_s = trio.current_time()
        self._show(final=False)

    def count(self, number: int, what: str) -> None:
        """Show how many of something there are by now."""
        self._count = f", {counted(number, what, self.lang)}"
        if trio.current_time() - self._shown_s >= _REFRESH_S:
            self._show(final=False)

    def end(self, passed: bool) -> None:
        """End the line of the step."""
        self._count += f": {word('passed' if passed else 'failed', self.lang)}"
        self._show(final=True)

    def _show(self, *, final: bool) -> None:
        self._shown_s = trio.current_time()
        alive = self.stream.isatty()
        if not (alive or final):
            return
        took = word("seconds", self.lang, seconds=self._shown_s - self._started_s)
        text = f"{self._head}{self._count}, {took}"
        end = "\n" if final else ""
        self.stream.write(("\r" if alive else "") + text.ljust(self._width if alive else 0) + end)
        self.stream.flush()
        self._width = len(text)
