"""`Idempotency-Key`: what is sent twice with the same key is done once.

What was done is remembered for a day, in the database and in one transaction with it, so that also
a restart in between does not make it happen twice. What failed is not remembered: the same key may
be used again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from monitor.core.failures import StoreRefused
from monitor.core.ports import Session
from monitor.core.receipts import Receipt
from monitor.web.api.call import Call
from monitor.web.api.operation import Reply
from monitor.web.api.problems import Refusal

T = TypeVar("T")

HEADER = "Idempotency-Key"
LONGEST = 255


async def done_once(
    call: Call,
    session: Session,
    act: Callable[[], Awaitable[T]],
    reply: Callable[[T], Reply],
    *,
    kept: Callable[[T], Reply] | None = None,
    meant: bytes | None = None,
) -> Reply:
    """Do something, unless it has been done with the same key; answer the same in either case.

    Args:
        act: makes one change with the session, the next one.
        kept: what is answered the second time, if the first answer holds what is shown once.
        meant: what tells this request from another, if the body holds what nobody shall find by
            trying.

    Raises:
        Refusal: the key belongs to another request.
    """
    own = _read_key(call)
    if own is None:
        return reply(await act())
    key = f"{call.who.name}/{call.operation_id}/{own}"
    digest = hashlib.sha256(call.raw if meant is None else meant).hexdigest()
    if (known := await session.receipt(key, call.now)) is not None:
        return _again(known, digest)

    def receipt(done: T) -> Receipt:
        said = (kept or reply)(done)
        return Receipt(
            key=key,
            digest=digest,
            at=call.now,
            status=said.status,
            location=said.headers.get("Location", ""),
            body=msgspec.json.encode(said.document).decode(),
        )

    session.keep_receipt(key, receipt)
    try:
        return reply(await act())
    except StoreRefused:
        # Somebody who sent the same at the same time may have been first.
        if (known := await session.receipt(key, call.now)) is not None:
            return _again(known, digest)
        raise


def _read_key(call: Call) -> str | None:
    given = call.request.headers.getlist(HEADER)
    if not given:
        return None
    (key, *more) = given
    if more or not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Refusal(400, f"{HEADER}: send one key of 1 to {LONGEST} letters, such as a UUID")
    return key


def _again(known: Receipt, digest: str) -> Reply:
    """Answer as the first time."""
    if known.digest != digest:
        raise Refusal(
            422, f"{HEADER}: this key was used for another request; choose a new one for this"
        )
    headers = {"Idempotency-Replayed": "true"}
    if known.location:
        headers["Location"] = known.location
    return Reply(document=msgspec.json.decode(known.body), status=known.status, headers=headers)
