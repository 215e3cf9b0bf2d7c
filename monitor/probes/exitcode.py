"""How a program ended, in words."""

import signal

_BY_SIGNAL = 128
"""Shells add it to the number of the signal that ended a program."""

_SIGNALS = {_BY_SIGNAL + number: number.name for number in signal.Signals}


def exit_code_words(code: int) -> str:
    """Return `exit code 3`, or `exit code 137 (SIGKILL)`."""
    return f"exit code {code} ({_SIGNALS[code]})" if code in _SIGNALS else f"exit code {code}"


def of_signal(number: int) -> int:
    """Return the exit code that says that a signal ended a program."""
    return _BY_SIGNAL + number
