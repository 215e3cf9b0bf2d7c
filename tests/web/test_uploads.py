"""A file of a form arrives as it was sent, and what is no such form is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from trio.testing import MockClock

from monitor.web.forms import BODY_S
from monitor.web.uploads import ENVELOPE, PASSED_OVER, read_file
from tests.web.pages.reading import BOUNDARY, multipart

KIND = f"multipart/form-data; boundary={BOUNDARY}"
LIMIT = 1000


def request(
    chunks: Sequence[bytes], kind: str = KIND, pause_s: float = 0
) -> tuple[Request, list[int]]:
    """Return a request whose body comes in pieces, and how many of them were read."""
    left, read = list(chunks), [0]

    async def receive() -> dict[str, Any]:
        await trio.sleep(pause_s)
        read[0] += 1
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive), read


async def sent(*chunks: bytes, kind: str = KIND) -> bytes:
    return await read_file(request(chunks, kind)[0], "logo", LIMIT)


@given(data=st.binary(max_size=300), cut=st.integers(0, 500))
def test_a_file_arrives_byte_for_byte_however_it_is_cut(data: bytes, cut: int) -> None:
    body = multipart("logo", data, 'über/"..\\name\r\n.png'.replace("\r\n", " "))

    async def main() -> None:
        assert data == await sent(body[:cut], body[cut:])

    trio.run(main)


@pytest.mark.parametrize("data", [b"\r\n", b"\r\n--", b"x--" + BOUNDARY.encode(), b"\r\n\r\nx\r\n"])
async def test_line_ends_and_dashes_in_a_file_are_no_end_of_it(data: bytes) -> None:
    assert data == await sent(multipart("logo", data))


async def test_another_field_is_no_file(autojump_clock: MockClock) -> None:
    assert b"" == await sent(multipart("picture", b"data"))


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"logo=x", 415),
        ("multipart/form-data", multipart("logo", b"x"), 415),
        (KIND, multipart("logo", b"x")[:-10], 400),
        (KIND, b"", 400),
        (KIND.replace("W", "V"), multipart("logo", b"x"), 400),
        (KIND, multipart("logo", b"x").replace(b"hello", f"\r\n--{BOUNDARY}".encode() * 30), 400),
        ("multipart/form-data; boundary=\xff", b"x", 415),
    ],
)
async def test_what_is_no_such_form_or_not_all_of_it_is_refused(
    kind: str, body: bytes, status: int
) -> None:
    with pytest.raises(HTTPException) as caught:
        await sent(body, kind=kind)
    assert status == caught.value.status_code


async def test_what_is_too_large_is_read_to_its_end_so_that_the_browser_reads_the_answer() -> None:
    asked, read = request([bytes(LIMIT)] * 50)
    with pytest.raises(HTTPException, match="the file has more than 1000 bytes") as caught:
        await read_file(asked, "logo", LIMIT)
    assert (413, 50) == (caught.value.status_code, read[0])


async def test_what_is_larger_than_any_picture_is_not_read_to_its_end() -> None:
    asked, read = request([bytes(PASSED_OVER // 4)] * 50)
    with pytest.raises(HTTPException) as caught:
        await read_file(asked, "logo", LIMIT)
    assert (413, 5) == (caught.value.status_code, read[0])
    assert PASSED_OVER > ENVELOPE


async def test_a_file_that_does_not_come_is_waited_for_no_longer_than_any_form(
    autojump_clock: MockClock,
) -> None:
    asked, _ = request([b"x"] * 100, pause_s=1)
    began_s = trio.current_time()
    with pytest.raises(HTTPException) as caught:
        await read_file(asked, "logo", LIMIT)
    assert (408, BODY_S) == (caught.value.status_code, trio.current_time() - began_s)
