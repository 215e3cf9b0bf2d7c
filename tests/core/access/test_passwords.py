"""Which passwords are good enough."""

import pytest

from monitor.core.access.passwords import BadPassword, check_password, normalized

GOOD = [
    "correct horse battery",
    "my cat sleeps on the server",
    "Tr0ub4dor&3-and-more",
    "x7#kQ9!mZ2$pL5",
    "кошка спит на сервере",
    "passwords are hard to choose",
    "店の前の猫は寝ている毎日毎晩",
]


@pytest.mark.parametrize("password", GOOD)
def test_long_ones_that_nobody_tries_first_are_good(password: str) -> None:
    check_password(password, ("anna",))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "has 0 characters"),
        ("short words", "has 11 characters"),
        ("x" * 257, "use at most 256"),
        ("four words in\x00a row", "control character"),
        ("aaaaaaaaaaaaaa", "simple pattern"),
        ("abcabcabcabcabc", "simple pattern"),
        ("hello1hello1hello1", "simple pattern"),
        ("1234567890123456", "simple pattern"),
        ("qwertyuiop123456", "simple pattern"),
        ("zxcvbnm987654321", "simple pattern"),
        ("abcdefghijklmnop", "simple pattern"),
        ("йцукенгшщзхъфыва", "simple pattern"),
        ("password123456", "tried first"),
        ("P@ssw0rd!!2026", "tried first"),
        ("!!!Welcome!!!2026", "tried first"),
        ("administrator1", "tried first"),
        ("пароль12345678", "tried first"),
        ("AnnaAnna12345!", "tried first"),
        ("letmeinletmein", "simple pattern"),
    ],
)
def test_others_are_refused_without_repeating_them(password: str, why: str) -> None:
    with pytest.raises(BadPassword, match=why) as caught:
        check_password(password, ("anna",))
    if password:
        assert password not in str(caught.value)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert normalized("Zoe\u0308 und der Hund") == normalized("Zo\u00eb und der Hund")
