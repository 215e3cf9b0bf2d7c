"""References to secrets are replaced where they are used, and say what is missing."""

from pathlib import Path
from typing import Any

import pytest

from monitor.references import BadReference, fetched

ENVIRON = {"TOKEN": "s3cret", "EMPTY": "", "ODD": "${TOKEN}"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "plain"),
        ("a $5 {b} ${", "a $5 {b} ${"),
        ("Bearer ${TOKEN}!", "Bearer s3cret!"),
        ("${TOKEN}${TOKEN}", "s3crets3cret"),
        ("$${TOKEN}", "${TOKEN}"),
        ("${EMPTY}", ""),
        ("${EMPTY:-x}", "x"),
        ("${NOBODY:-a:-b}", "a:-b"),
        ("${NOBODY:-}", ""),
        ("${ODD}", "${TOKEN}"),
        (5, 5),
        ({"a": ["${TOKEN}", True]}, {"a": ["s3cret", True]}),
        (("${TOKEN}",), ("s3cret",)),
    ],
)
def test_a_reference_is_replaced_once(written: Any, expected: Any) -> None:
    assert expected == fetched(written, ENVIRON)


def test_a_file_is_taken_without_its_last_line_end(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("two\nlines\r\n")
    assert "<two\nlines>" == fetched(f"<${{file:{secret}}}>", {})


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("${NOBODY}", "the environment variable NOBODY is not set here"),
        ("${A B}", r"\$\{A B\} is no reference; write \$\{NAME\}"),
        ("${}", "is no reference"),
        ("${file:nowhere}", "the file nowhere cannot be read: no such file or directory"),
        ("${file:/}", "the file / cannot be read: is a directory"),
        ("${file:large}", "is too large for a secret"),
        ("${file:binary}", "is not UTF-8 text"),
    ],
)
def test_what_is_missing_is_said(
    written: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("large").write_bytes(b"x" * 70_000)
    Path("binary").write_bytes(b"\xff\x00")
    with pytest.raises(BadReference, match=why):
        fetched({"headers": [written]}, ENVIRON)
