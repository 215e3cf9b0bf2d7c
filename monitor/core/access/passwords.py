"""Which passwords are good enough: long, and none of those that are tried first."""

import re
import unicodedata
from collections.abc import Iterable

from monitor.core.counting import counted

SHORTEST = 12
LONGEST = 256
"""More is not looked at: what hashes it would take as long as somebody likes."""

_WORDS = """
abc access admin administrator asdfgh asdfghjkl baseball batman changeme charlie computer
correcthorsebatterystaple default donald dragon flower football freedom guest hello hunter
iloveyou internet jesus killer letmein liverpool login lovely master michael monitor monitoring
monkey mustang ninja nothing operator ops password passwort passw root qazwsx qazwsxedc
qwerty qwertyuiop qwertz qwe samsung secret security server shadow sleepless starwars summer
sunshine superman system temp test testing trustno user welcome whatever winter yellow zaq
zxcvbn zxcvbnm
пароль йцукен йцукенг админ администратор привет любовь монитор мониторинг
"""
"""Words around which people build the passwords that are guessed first."""

_FIRST_TRIED = frozenset(_WORDS.split())

_LEET = str.maketrans("013457@$!", "oieastasi")
_RUNS = (
    "0123456789012345678901234567890123",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop",
    "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    "qwertzuiopasdfghjklyxcvbnmqwertzuiop",
    "1q2w3e4r5t6y7u8i9o0p1q2w3e4r",
    "qazwsxedcrfvtgbyhnujmikolpqazwsx",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
"""How fingers run; forwards and backwards."""


class BadPassword(ValueError):
    """The password is not good enough; the message says why and what to do."""


def normalized(password: str) -> str:
    """Return a password as it is hashed: the same however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, names: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed.

    Args:
        names: what it must not be built around: the user's name.

    Raises:
        BadPassword: one sentence; it does not repeat the password.
    """
    text = normalized(password)
    if len(text) < SHORTEST:
        count = counted(len(text), "character")
        raise BadPassword(f"the password has {count}; use {SHORTEST} or more, such as four words")
    if len(text) > LONGEST:
        raise BadPassword(f"the password has {len(text)} characters; use at most {LONGEST}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise BadPassword("the password contains a control character; leave it out")
    if len(set(text)) < 5 or _is_repeated(text) or _is_run(text):
        raise BadPassword("the password follows a simple pattern; use some words that do not")
    if _core(text) in {*_FIRST_TRIED, *(_core(name) for name in names)} - {""}:
        raise BadPassword("the password is among those that are tried first; choose another")


def _core(text: str) -> str:
    """Return what is left without digits and signs around it, and without letters in disguise."""
    folded = text.casefold()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded).translate(_LEET)
    bare = re.sub(r"[\W\d_]+", "", bare)
    for size in range(3, len(bare) // 2 + 1):
        if bare[:size] * (len(bare) // size) == bare:
            return bare[:size]
    return bare


def _is_repeated(text: str) -> bool:
    """Say whether it is one piece again and again, such as `abcabcabcabc`."""
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text
        for size in range(1, len(text) // 2 + 1)
    )


def _is_run(text: str) -> bool:
    """Say whether it runs along the alphabet, the digits or the keyboard, in parts perhaps."""
    folded = text.casefold()
    lines = [*_RUNS, *(run[::-1] for run in _RUNS)]
    rest = folded
    pieces = 0
    while rest:
        size = next(
            (size for size in range(len(rest), 3, -1) if any(rest[:size] in run for run in lines)),
            0,
        )
        if not size:
            return False
        pieces, rest = pieces + 1, rest[size:]
    return pieces <= 3
