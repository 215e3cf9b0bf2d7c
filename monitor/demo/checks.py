"""A check as operators write them, with the kind of bug that they have."""

import json

import trio


async def jobs_per_worker(port: str) -> str:
    """Ask how much there is to do for each worker; whoever wrote this never saw none of them."""
    stream = await trio.open_tcp_stream("127.0.0.1", int(port))
    async with stream:
        await stream.send_all(b"GET /queue HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b"".join([chunk async for chunk in stream])
    queue = json.loads(answer.partition(b"\r\n\r\n")[2])
    each = queue["jobs"] / queue["workers"]
    assert each < 100, f"{each:g} jobs for each worker"
    return f"{each:g} jobs for each worker"
