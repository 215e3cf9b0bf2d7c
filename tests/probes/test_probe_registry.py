"""The registry: every kind is found, and a broken plugin breaks nothing but itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import attrs
import pytest

from monitor.core.model import Status
from monitor.core.probing import InvalidTask, Permanent
from monitor.probes import find_kind, kinds
from monitor.probes.kind import Kind
from monitor.probes.plugins import plugins
from tests.probes.servers import look_at, probe_of

Install = Callable[..., None]

GOOD = """
import attrs
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Permanent, TargetDown
from monitor.probes.kind import Kind

@attrs.frozen(kw_only=True)
class Options:
    depth: int = 1

def prepare(target, options):
    async def look(trace):
        if options.depth == 99: raise SystemExit("bye")
        if options.depth == 98: raise TargetDown("deep")
        return Result(status=Status.UP, detail=f"depth {options.depth}")
    if options.depth == 0: raise Permanent("never")
    if options.depth == 97: raise KeyError("a bug")
    if options.depth == 96: raise SystemExit("bye")
    return look

KIND = Kind(name="ice", schemes=("ice", "http"), summary="", example="ice:1", options=Options,
            prepare=prepare)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution with one module and entry points of the given names."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = []

    def write(module: str, text: str, *schemes: str) -> None:
        (tmp_path / f"{module}.py").write_text(text)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        lines = [f"{scheme} = {module}:KIND" for scheme in schemes]
        (info / "entry_points.txt").write_text("\n".join(["[monitor.probes]", *lines, ""]))
        modules.append(module)
        plugins.cache_clear()

    yield write
    plugins.cache_clear()
    for module in modules:
        sys.modules.pop(module, None)


BUILT_IN = [kind.name for kind in kinds()]

PROMISED = {
    *("http", "tcp", "tls", "udp", "dns", "icmp", "websocket", "grpc", "smtp", "imap", "pop3"),
    *("ssh", "postgresql", "mysql", "redis", "mqtt", "amqp", "nats", "ntp", "domain", "exec"),
    *("python", "docker", "systemd", "heartbeat", "group", "self"),
}


def test_the_promised_kinds_are_all_there_and_described() -> None:
    assert set(BUILT_IN) >= PROMISED
    for kind in kinds():
        assert kind.summary.endswith((".", "?"))
        assert kind.example.partition(":")[0] in kind.schemes
        assert all(find_kind(f"{scheme}:x") is kind for scheme in kind.schemes)


def test_every_option_has_a_default_and_a_description() -> None:
    for kind in kinds():
        if kind.options is dict:
            continue
        kind.options()
        annotations = get_type_hints(kind.options, include_extras=True)
        for field in attrs.fields(kind.options):
            assert annotations[field.name].__metadata__[0].description, (kind.name, field.name)


def test_the_scheme_is_found_in_any_case() -> None:
    assert find_kind("http://host") is find_kind("HTTPS://host")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("htp://host", "unknown kind of look 'htp', did you mean 'http'; there are: amqp,"),
        ("gopher://host", "unknown kind of look 'gopher'; there are: amqp, amqps,"),
        ("shop.example", "begins with no kind of look; write one in front"),
        ("//shop.example", "begins with no kind of look"),
        ("", "begins with no kind of look"),
        ("localhost:8080", "did you mean 'tcp://localhost:8080'"),
        ("7seas://x", "begins with no kind of look"),
    ],
)
def test_an_unknown_kind_is_refused_with_a_guess(target: str, message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
    assert message in caught.value.message


def test_heavy_libraries_are_imported_only_for_the_kinds_that_need_them() -> None:
    for name in ("plugins", "options", "target"):
        source = Path(str(import_module(f"monitor.probes.{name}").__file__)).read_text()
        for heavy in ("h11", "cryptography", "import dns"):
            assert heavy not in source


# --- plugins ------------------------------------------------------------------------------------


async def test_a_plugin_looks_like_any_other_kind(install: Install) -> None:
    install("ice_plugin", GOOD, "ice")
    assert "ice" in [kind.name for kind in kinds()]
    result = await look_at("ice:cream", depth="3")
    assert (Status.UP, "depth 3") == (result.status, result.detail)
    assert (Status.DOWN, "deep") == attrs.astuple(await look_at("ice:cream", depth="98"))[:2]
    with pytest.raises(InvalidTask, match="option dept: is not known here, did you mean 'depth'"):
        probe_of("ice:cream", {"dept": "3"})


async def test_a_plugin_cannot_end_the_monitor(install: Install) -> None:
    install("ice_plugin", GOOD, "ice")
    with pytest.raises(RuntimeError, match=r"the plugin 'ice' called sys\.exit\(\)"):
        await look_at("ice:cream", depth="99")


def test_a_plugin_that_cannot_prepare_makes_an_invalid_task(install: Install) -> None:
    install("ice_plugin", GOOD, "ice")
    with pytest.raises(Permanent, match="never"):
        probe_of("ice:cream", {"depth": "0"})
    with pytest.raises(InvalidTask, match="target: the plugin 'ice' cannot look at it: KeyError"):
        probe_of("ice:cream", {"depth": "97"})
    with pytest.raises(InvalidTask, match="cannot look at it: RuntimeError"):
        probe_of("ice:cream", {"depth": "96"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_module", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("def broken(:", "cannot be loaded: SyntaxError"),
        ("raise SystemExit('bye')", r"cannot be loaded: RuntimeError: .* called sys\.exit\(\)"),
        ("KINDS = 1", "cannot be loaded: AttributeError"),
        ("KIND = 'ice'", r"is no monitor\.probes\.kind\.Kind, but str"),
        (GOOD.replace('("ice", "http")', '("snow",)'), "does not serve that scheme"),
    ],
    ids=["import", "syntax", "exit", "no kind", "wrong kind", "wrong scheme"],
)
def test_a_broken_plugin_breaks_only_its_own_tasks(
    text: str, message: str, install: Install
) -> None:
    install("broken_plugin", text, "ice")
    with pytest.raises(InvalidTask, match=message) as caught:
        probe_of("ice:cream", {})
    assert "target" == caught.value.field
    assert BUILT_IN == [kind.name for kind in kinds()]
    probe_of("tcp://host:80", {})


def test_a_plugin_cannot_take_a_built_in_scheme(install: Install) -> None:
    install("ice_plugin", GOOD, "ice", "http")
    assert "http" == find_kind("http://host").name
    assert [*BUILT_IN, "ice"] == [kind.name for kind in kinds()]


def test_two_plugins_for_one_scheme_are_refused_by_name(install: Install) -> None:
    install("ice_plugin", GOOD, "ice")
    install("cold_plugin", GOOD, "ice")
    with pytest.raises(InvalidTask, match="cold_plugin:KIND and ice_plugin:KIND both claim"):
        find_kind("ice:cream")


def test_a_kind_is_what_the_contract_says() -> None:
    assert all(isinstance(kind, Kind) for kind in kinds())
