"""Flows: looks in a row, where later ones use what earlier ones found."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from tests.probes.servers import Stream, hang, look_at, probe_of, read_request, serving

Answers = dict[str, str]


def site(asked: list[str]) -> Any:
    """A shop: who logs in gets a token, and with it the orders; `/broken` is broken."""

    async def serve(stream: Stream) -> None:
        request = (await read_request(stream)).decode()
        line, _, rest = request.partition("\r\n")
        path = line.split()[1]
        asked.append(path)
        status, body = "200 OK", "ok"
        if path == "/login":
            body = json.dumps({"token": "a/b c", "user": {"id": 7}})
        elif path.startswith("/orders"):
            right = "Bearer a/b c" in rest
            status, body = ("200 OK", "3 orders") if right else ("401 No", "who are you?")
        elif path == "/broken":
            status = "500 Oh"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        await stream.send_all((head + body).encode())

    return serve


def told(result: Result) -> dict[str, str]:
    """Return how each step ended."""
    return {name: step["status"] for name, step in result.facts["steps"].items()}


def login(port: int, **more: Any) -> dict[str, Any]:
    capture = {"token": "body.json.$.token", "id": r"body matches /\"id\": (\d+)/"}
    return {
        "name": "login",
        "target": f"http://127.0.0.1:{port}/login",
        "capture": capture,
        **more,
    }


def page(port: int, path: str, **more: Any) -> dict[str, Any]:
    return {"name": path, "target": f"http://127.0.0.1:{port}/{path}", **more}


async def test_what_one_step_finds_is_used_by_the_next() -> None:
    asked: list[str] = []
    async with serving(site(asked)) as port:
        orders = page(
            port,
            "orders/{{id}}?by={{ token }}",
            name="orders",
            options={"headers": {"Authorization": "Bearer {{token}}"}},
            expect=['body contains "3 orders"'],
        )
        result = await look_at("flow:", steps=[login(port), orders])
    assert (Status.UP, "2 steps are well") == (result.status, result.detail)
    assert ["/login", "/orders/7?by=a%2Fb%20c"] == asked
    assert ["login", "orders"] == list(result.timings)
    assert result.facts["steps"]["orders"]["latency"] > 0


async def test_after_a_step_that_failed_only_those_run_that_tidy_up() -> None:
    asked: list[str] = []
    async with serving(site(asked)) as port:
        steps = [
            login(port),
            page(port, "broken"),
            page(port, "never"),
            page(port, "logout?t={{token}}", name="logout", always_run=True),
        ]
        result = await look_at("flow:", steps=steps)
    assert (Status.DOWN, "broken") == (result.status, result.phase)
    assert result.detail.startswith("step 2 of 4 (broken): ")
    assert ["/login", "/broken", "/logout?t=a%2Fb%20c"] == asked
    assert {"login": "up", "broken": "down", "never": "left out", "logout": "up"} == told(result)


async def test_tidying_up_that_fails_does_not_hide_what_failed_first() -> None:
    async with serving(site([])) as port:
        steps = [page(port, "broken"), page(port, "broken", name="last", always_run=True)]
        result = await look_at("flow:", steps=steps)
    assert "broken" == result.phase
    assert {"broken": "down", "last": "down"} == told(result)


async def test_a_step_alone_may_make_the_flow_degraded() -> None:
    async with serving(site([])) as port:
        steps = [page(port, "a", degraded=["latency < 1ns"]), page(port, "b")]
        with pytest.raises(InvalidTask, match=r"option steps\[1\]\.degraded: '1ns' is neither"):
            probe_of("flow:", {"steps": steps})
        steps[0]["degraded"] = ["latency > 1h"]
        result = await look_at("flow:", steps=steps)
    assert Status.DEGRADED == result.status
    assert result.detail.startswith("step 1 of 2 (a): latency > 1h: found ")
    assert result.phase is None


async def test_what_is_not_there_to_be_captured_is_down() -> None:
    async with serving(site([])) as port:
        result = await look_at("flow:", steps=[page(port, "a", capture={"t": "body.json.$.t"})])
    assert Status.DOWN == result.status
    assert result.detail.startswith("step 1 of 1 (a): t: body.json.$.t: ")


async def test_a_capture_cannot_smuggle_lines_into_a_header() -> None:
    async def evil(stream: Stream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nx\r\nEvil: yes")

    async with serving(evil) as port:
        steps = [
            page(port, "a", capture={"t": "body"}),
            page(port, "b", options={"headers": {"X": "{{t}}"}}),
        ]
        result = await look_at("flow:", steps=steps)
    assert Status.DOWN == result.status
    assert "what was captured makes no valid step: option headers" in result.detail


async def test_a_step_has_its_own_time_and_the_flow_has_one_for_all() -> None:
    async with serving(hang) as port:
        steps = [{"target": f"http://127.0.0.1:{port}/", "timeout": "50ms"}]
        result = await look_at("flow:", steps=steps)
        assert (Status.DOWN, "step 1") == (result.status, result.phase)
        assert "step 1 of 1: no answer within 0.05 s, in phase first_byte" == result.detail
        steps[0].pop("timeout")
        result = await look_at("flow:", 0.05, steps=steps)
        assert (Status.DOWN, "step 1") == (result.status, result.phase)


async def test_our_own_fault_in_a_step_stays_ours_and_tidying_up_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def unlucky(*_: object, **__: object) -> None:
        await trio.lowlevel.checkpoint()
        raise OSError(24, "Too many open files")

    asked: list[str] = []
    async with serving(site(asked)) as port:
        last = page(port, "last", always_run=True)
        steps = [{"name": "fault", "target": "exec:sh -c 'exit 3'"}, page(port, "b"), last]
        result = await look_at("flow:", steps=steps)
        assert Status.UNKNOWN == result.status
        assert {"fault": "unknown", "b": "left out", "last": "up"} == told(result)
        monkeypatch.setattr("monitor.probes.connect._dial", unlucky)
        with pytest.raises(OwnFault):
            await look_at("flow:", steps=[page(port, "b")])
    assert ["/last"] == asked


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("flow:", {}, "option steps: has 0 steps; write 1 to 50"),
        ("flow:shop", {"steps": [{"target": "self:"}]}, "target: has more than flow:"),
        ("flow:", {"steps": [{}]}, r"option steps\[1\]: .*missing required field `target`"),
        ("flow:", {"steps": [{"target": "slf:"}]}, r"option steps\[1\]\.target: has an unknown"),
        ("flow:", {"steps": [{"target": "self:", "expect": ["x"]}]}, r"steps\[1\]\.expect: 'x'"),
        ("flow:", {"steps": [{"target": "self:", "name": 5}]}, r"option steps\[1\]\.name: 5"),
        ("flow:", {"steps": [{"target": "self:", "options": {"a": 1}}]}, r"options\.a: is not kn"),
        (
            "flow:",
            {"steps": [{"target": "self:"}, {"target": "tcp://{{host}}:1"}]},
            r"steps\[2\]: {{host}} is captured by no step before it",
        ),
        (
            "flow:",
            {"steps": [{"target": "self:", "capture": {"a": "pid"}}, {"target": "exec:x {{a}}"}]},
            r"steps\[2\]: what a target said may not reach a command",
        ),
        (
            "flow:",
            {"steps": [{"target": "self:", "capture": {"a": "pd"}}]},
            r"steps\[1\]\.capture\.a: 'pd' is not known here; did you mean pid",
        ),
        (
            "flow:",
            {"steps": [{"target": "self:", "capture": {"a b": "pid"}}]},
            r"capture\.a b: is no name",
        ),
        (
            "flow:",
            {"steps": [{"target": "self:", "name": "a"}, {"target": "self:", "name": "a"}]},
            r"steps\[2\]\.name: 'a' is taken by a step before it",
        ),
    ],
)
def test_a_wrong_step_is_named(target: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTask, match=message):
        probe_of(target, options)
