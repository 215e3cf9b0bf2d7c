"""Policies in the words of a file, and what their tests say of them."""

from pathlib import Path

from monitor.channels.outside import check_channel
from monitor.config.case import Case
from monitor.config.cases import read_cases
from monitor.config.declared import Declarations, read_declared
from monitor.config.source import read_sources
from monitor.probes import prepare
from monitor.simulation.difference import difference
from monitor.simulation.rehearsal import Outcome, concerned, rehearse

POLICIES = """
[[channel]]
name = "ops"
url = "webhook+https://hooks.example/ops"
default = true

[[channel]]
name = "boss"
url = "webhook+https://hooks.example/boss"

[[task]]
name = "router"
target = "icmp://192.0.2.1"

[[task]]
name = "shop"
target = "https://shop.example"
depends_on = ["router"]
tags = ["prod"]
reminder = "1h"
escalate = [{ after = "15m", channels = ["boss"] }]

[[task]]
name = "other"
target = "https://other.example"
"""


def cases_of(test: str, policies: str = POLICIES) -> tuple[tuple[Case, ...], Declarations]:
    """Read a file in the current directory that holds policies and tests of them."""
    Path("policies.toml").write_text(f"{policies}\n{test}")
    sources = read_sources([Path("policies.toml")])
    declared, _ = read_declared(sources, prepare, check_channel)
    return read_cases(sources, declared, prepare), declared


async def outcome_of(test: str, policies: str = POLICIES) -> tuple[Case, Outcome]:
    """Carry the keys of one `[[test]]` out."""
    (case,), declared = cases_of(f'[[test]]\nname = "it"\n{test}', policies)
    return case, await rehearse(case, concerned(case, declared))


async def told(test: str, policies: str = POLICIES) -> list[tuple[float, str]]:
    """Return who was told what, each with the second, as `shop down -> ops`."""
    _, outcome = await outcome_of(test, policies)
    return [
        (round(one.at_s), f"{one.notice.subject} {one.notice.kind} -> {one.notice.channel}")
        for one in outcome.told
    ]


async def diff(test: str, policies: str = POLICIES) -> list[str]:
    """Return what was expected against what was told."""
    case, outcome = await outcome_of(test, policies)
    lines = []
    for one in difference(case, outcome):
        lines.append(" ".join(str(one).split()))
        lines += [one.why] if one.why else []
    return lines
