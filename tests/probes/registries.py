"""A stand-in for a registry of domains: over real TLS, in real RDAP.

The answers are made after RFC 9083 and what registries really say; nobody else is asked.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import trio
import trustme

from monitor.core.model import Result, TaskSpec
from monitor.engine.look import look
from monitor.probes import prepare
from tests.probes.certificates import server_context
from tests.probes.servers import (
    TIMEOUT_S,
    hang,
    http_answer,
    look_at,
    over_tls,
    read_request,
    serving,
)


def in_days(days: float) -> str:
    """Return a moment as registries write it; a minute more, so that days do not end meanwhile."""
    moment = datetime.now(UTC) + timedelta(days=days, minutes=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def registered(days: float = 400, **more: Any) -> dict[str, Any]:
    """Return what a registry says of `example.com`."""
    return {
        "objectClassName": "domain",
        "handle": "2336799_DOMAIN_COM-VRSN",
        "ldhName": "EXAMPLE.COM",
        "status": ["client transfer prohibited", "Client Delete Prohibited"],
        "entities": [
            {"objectClassName": "entity", "roles": ["technical"], "handle": "7"},
            {
                "objectClassName": "entity",
                "roles": ["registrar"],
                "handle": "376",
                "vcardArray": [
                    "vcard",
                    [["version", {}, "text", "4.0"], ["fn", {}, "text", "Registrar Ltd"]],
                ],
            },
        ],
        "events": [
            {"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": in_days(days)},
            {"eventAction": "last changed", "eventDate": "2026-08-14T07:01:44Z"},
        ],
        "secureDNS": {"delegationSigned": True},
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "A.IANA-SERVERS.NET"},
            {"objectClassName": "nameserver", "ldhName": "b.iana-servers.net."},
        ],
        **more,
    }


def listed(address: str, *endings: str) -> dict[str, Any]:
    """Return a list of registries as IANA publishes it."""
    return {
        "description": "RDAP bootstrap file for Domain Name System registrations",
        "version": "1.0",
        "services": [[["net", "org"], ["https://rdap.nowhere.example/"]], [[*endings], [address]]],
    }


Answers = Callable[[str], bytes]


@attrs.define
class Served:
    """A server for RDAP, and the requests that it has heard."""

    port: int
    asked: list[str]
    heard: list[bytes]

    @property
    def base(self) -> str:
        return f"https://localhost:{self.port}/rdap"


@asynccontextmanager
async def registry(ca: trustme.CA, answers: Answers) -> AsyncIterator[Served]:
    """Answer each path as `answers` has it."""
    served = Served(0, [], [])

    async def handler(stream: trio.abc.Stream) -> None:
        heard = await read_request(stream)
        if b"\r\n\r\n" not in heard:
            return  # it was cancelled
        path = heard.split(b" ")[1].decode()
        served.heard.append(heard)
        served.asked.append(path)
        if answer := answers(path):
            await stream.send_all(answer)
        else:
            await hang(stream)

    context = server_context(ca.issue_cert("localhost"))
    async with serving(over_tls(context, handler)) as served.port:
        yield served


def rdap(found: object, status: str = "200 OK", headers: dict[str, str] | None = None) -> bytes:
    headers = {"Content-Type": "application/rdap+json", **(headers or {})}
    return http_answer(json.dumps(found), status, headers)


def always(answer: bytes) -> Answers:
    return lambda _path: answer


async def look_at_answer(ca: trustme.CA, answer: bytes, **options: object) -> Result:
    async with registry(ca, always(answer)) as served:
        return await look_at("domain:example.com", server=served.base, **options)


async def judged(ca: trustme.CA, found: object, *conditions: str, **options: object) -> Result:
    async with registry(ca, always(rdap(found))) as served:
        spec = TaskSpec(
            name="a test",
            target="domain:example.com",
            options={"server": served.base, **options},
            expect=conditions,
        )
        prepared = prepare(spec)
        return prepared.rule(await look(prepared.probe, TIMEOUT_S))
