"""Somebody beside our loop, who sees when it stands still, and says so.

What holds the loop (a function of an operator's own that computes or sleeps where it should wait)
holds everything: looks, alerts, the auditor, and whoever would answer that we are not well. So a
thread looks on. It needs nothing of the loop, and of the interpreter only a moment now and then:
code in C that does not let go of the interpreter holds the thread too. Nothing inside this process
can help against that; the dead man's switch, systemd's watchdog and probes that get no answer do.
"""

import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import attrs
import trio

from monitor.core.units import format_duration
from monitor.engine.wellness import LAGGED_S, Word
from monitor.journal import tell

BEAT_S = 0.25
"""How often the loop shows that it moves, and the thread that it looks on."""
_TURN_S = 1.0
"""A turn of the thread counts for no more: who was stopped or suspended together with the loop must
not take it for stuck when both go on."""
_FRAMES = 3
_LIBRARY = sysconfig.get_path("stdlib")

Answer = Callable[[Word, float], None]
"""Gives a word to whoever asks within so many seconds, and takes as long."""


@attrs.define(eq=False)
class Lookout:
    """See when the loop stands still, and say how we are whether it does or not.

    Args:
        listen: how we are, as the loop sees it; asked while it moves.
        answer: gives the last word to others; None: nobody asks.
    """

    listen: Callable[[], Word]
    answer: Answer | None = None
    limit_s: float = LAGGED_S
    stuck: int = 0
    """How often the loop stood still for longer than the limit."""
    _beats: int = attrs.field(default=0, init=False)
    _word: Word = attrs.field(default=Word(), init=False)
    """How we were when the loop last moved."""
    _error: Exception | None = attrs.field(default=None, init=False)

    async def run(self) -> None:
        """Look on for ever."""
        self._word = self.listen()
        over, loop = threading.Event(), threading.get_ident()
        thread = threading.Thread(
            target=self._keep_on, args=(over, loop), name="lookout", daemon=True
        )
        thread.start()
        try:
            while thread.is_alive():
                self._word = self.listen()
                self._beats += 1
                await trio.sleep(BEAT_S)
        finally:
            over.set()
            thread.join(4 * _TURN_S)
        raise RuntimeError("the thread that looks on has ended") from self._error

    # --- in the thread ---------------------------------------------------------------------------

    def _keep_on(self, over: threading.Event, loop: int) -> None:
        try:
            self._look_on(over, loop)
        except Exception as error:  # noqa: BLE001 (raised where somebody waits for it)
            self._error = error

    def _look_on(self, over: threading.Event, loop: int) -> None:
        stillness = Stillness(time.monotonic())
        told = False
        while not over.is_set():
            still_s = stillness.still_s
            if self.answer is None:
                over.wait(BEAT_S)
            else:
                self.answer(self._standing(still_s) if told else self._word, BEAT_S)
            if stillness.note(self._beats, time.monotonic()):
                if told:
                    tell("loop.moves", stood=format_duration(round(still_s, 1)))
                told = False
            elif not told and stillness.still_s >= self.limit_s:
                told = True
                self.stuck += 1
                stood = format_duration(round(stillness.still_s, 1))
                tell("loop.stuck", stood=stood, where=where(loop))

    def _standing(self, still_s: float) -> Word:
        why = f"nothing has moved for {format_duration(round(still_s))}"
        return Word((why, *self._word.ailing), (why, *self._word.unready))


@attrs.define
class Stillness:
    """For how long something that counts its beats has not moved, as far as was looked."""

    turn_s: float
    beats: int = -1
    still_s: float = 0.0

    def note(self, beats: int, now_s: float) -> bool:
        """Look again; say whether it has moved."""
        self.still_s += min(now_s - self.turn_s, _TURN_S)
        self.turn_s = now_s
        if beats == self.beats:
            return False
        self.beats, self.still_s = beats, 0.0
        return True


def where(thread: int) -> str:
    """Say where in the source a thread is: the innermost line, and from where that was reached.

    Of the latter, lines of Python's own library are left out: they are nobody's mistake.
    """
    frame = sys._current_frames().get(thread)
    if frame is None:
        return "nobody knows where"
    innermost, *others = traceback.extract_stack(frame)[::-1]
    lines = [innermost, *(one for one in others if not _is_pythons(one.filename))]
    shown = (f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in lines[:_FRAMES])
    return ", in ".join(shown)


def _is_pythons(file: str) -> bool:
    return file.startswith(_LIBRARY) and "site-packages" not in file
