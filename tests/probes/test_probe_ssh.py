"""SSH: a real OpenSSH with keys of our own, what it once said, and what may be asked."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Trace
from monitor.probes import ssh as room
from monitor.probes.sshkeys import EXCHANGES, KEY_TYPES
from tests.probes.conversations import judged, recording, repeating
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    client_sockets,
    look_at,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step

OTHER = "SHA256:" + "a" * 43
MUTATIONS = 300


@attrs.frozen
class Sshd:
    """A real server and the fingerprints of its keys, as ssh-keygen shows them."""

    port: int
    fingerprints: dict[str, str]

    @property
    def target(self) -> str:
        return f"ssh://127.0.0.1:{self.port}"


def make_key(path: Path, *how: str) -> Path:
    keygen = needs_program("ssh-keygen", "openssh-client")
    subprocess.run([keygen, "-q", *how, "-N", "", "-f", path], check=True)
    return path


def shown(path: Path) -> str:
    """Return the fingerprint of a key as ssh-keygen shows it."""
    keygen = needs_program("ssh-keygen", "openssh-client")
    done = subprocess.run([keygen, "-lf", path], check=True, capture_output=True)
    return done.stdout.decode().split()[1]


@contextmanager
def openssh(home: Path, keys: dict[str, Path], *settings: str) -> Iterator[Sshd]:
    """Run a server of our own that nobody can log in to."""
    sshd, port = needs_program("sshd", "openssh-server"), free_port()
    lines = [f"HostKey {path}" for path in keys.values()]
    lines += ["ListenAddress 127.0.0.1", "PidFile none", "UsePAM no", "MaxStartups 1000", *settings]
    (home / "conf").write_text("\n".join(lines) + "\n")
    command = [sshd, "-D", "-e", "-f", str(home / "conf"), "-p", str(port)]
    # Where root runs it, it wants this folder, which the service of the system would make.
    separate = Path("/run/sshd")
    if os.geteuid() == 0 and not separate.exists():
        separate.mkdir(mode=0o755, exist_ok=True)
    # Newer ones shut out whoever comes often without logging in; older ones do not know the word.
    patient = ["-o", "PerSourcePenalties no"]
    if not subprocess.run([*command, *patient, "-t"], capture_output=True, check=False).returncode:
        command += patient
    fingerprints = {key_type: shown(path) for key_type, path in keys.items()}
    with running(port, home / "log", *command):
        yield Sshd(port, fingerprints)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("keys")
    return {key_type: make_key(home / key_type, "-t", key_type) for key_type in KEY_TYPES}


@pytest.fixture(scope="module")
def sshd(keys: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that knows old algorithms too."""
    old = ("KexAlgorithms +diffie-hellman-group14-sha1", "HostKeyAlgorithms +ssh-rsa")
    with openssh(tmp_path_factory.mktemp("sshd"), keys, *old) as server:
        yield server


async def look_at_heard(said: bytes | bytearray, **options: object) -> Result:
    async with serving(repeating(bytes(said))) as port:
        return await look_at(f"ssh://127.0.0.1:{port}", **options)


# --- a real server ------------------------------------------------------------------------------


async def test_a_server_is_up_and_shows_its_key_as_ssh_keygen_does(sshd: Sshd) -> None:
    result = await look_at(sshd.target)
    assert Status.UP == result.status
    facts = result.facts
    assert ("ssh-ed25519", sshd.fingerprints["ed25519"]) == (
        facts["key_type"],
        facts["fingerprint"],
    )
    assert facts["banner"] == f"SSH-2.0-{facts['software']}"
    assert facts["software"].startswith("OpenSSH_")
    assert {"curve25519-sha256", "diffie-hellman-group14-sha1"} <= set(facts["algorithms"]["kex"])
    assert {"ssh-ed25519", "rsa-sha2-512"} <= set(facts["algorithms"]["host_key"])
    assert ["none", "zlib@openssh.com"] == facts["algorithms"]["compression"]
    assert f"{facts['software']}, ssh-ed25519 {facts['fingerprint']}" == result.detail
    assert ["resolve", "connect", "banner", "exchange"] == list(result.timings)


@pytest.mark.parametrize("key_type", KEY_TYPES)
async def test_the_right_key_is_up_and_any_other_down(sshd: Sshd, key_type: str) -> None:
    right = sshd.fingerprints[key_type]
    for written in (right, right + "=", right.removeprefix("SHA256:")):
        result = await look_at(sshd.target, key_type=key_type, host_key=written)
        assert Status.UP == result.status
    result = await look_at(sshd.target, key_type=key_type, host_key=OTHER)
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    found = f"found {right} ({result.facts['key_type']}), expected {OTHER}"
    assert f"the host key is another one: {found}" == result.detail


async def test_the_fingerprint_of_another_key_of_the_server_is_down_and_says_what_to_do(
    sshd: Sshd,
) -> None:
    right = sshd.fingerprints["rsa"]
    result = await look_at(sshd.target, host_key=right)
    assert Status.DOWN == result.status
    assert result.detail.endswith(f"expected {right}; option key_type chooses among several")


@pytest.mark.parametrize("name", EXCHANGES)
async def test_every_key_exchange_proves_the_key(
    sshd: Sshd, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "EXCHANGES", {name: EXCHANGES[name]})
    for _ in range(5):  # numbers of other lengths: the first bit or byte may be zero
        result = await look_at(sshd.target, host_key=sshd.fingerprints["ed25519"])
        assert Status.UP == result.status, result.detail


@pytest.mark.parametrize("name", ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"])
async def test_every_signature_of_an_rsa_key_proves_it(
    sshd: Sshd, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "KEY_TYPES", {"rsa": (name,)})
    result = await look_at(sshd.target, host_key=sshd.fingerprints["rsa"])
    assert (Status.UP, "ssh-rsa") == (result.status, result.facts["key_type"])


@pytest.mark.parametrize("bits", ["256", "384", "521"])
async def test_every_curve_of_an_ecdsa_key_proves_it(tmp_path: Path, bits: str) -> None:
    key = make_key(tmp_path / "key", "-t", "ecdsa", "-b", bits)
    with openssh(tmp_path, {"ecdsa": key}) as sshd:
        for _ in range(3):
            result = await look_at(sshd.target, host_key=sshd.fingerprints["ecdsa"])
            assert Status.UP == result.status, result.detail
    assert f"ecdsa-sha2-nistp{bits}" == result.facts["key_type"]


async def test_a_server_that_knows_no_exchange_of_ours_is_up_but_cannot_be_recognised(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    with openssh(tmp_path, keys, "KexAlgorithms sntrup761x25519-sha512@openssh.com") as sshd:
        seen = await look_at(sshd.target)
        wanted = await look_at(sshd.target, host_key=sshd.fingerprints["ed25519"])
    assert Status.UP == seen.status
    why = "of key exchange algorithms it knows sntrup761x25519-sha512@openssh.com"
    assert f"whose host key cannot be seen: {why}" in seen.detail
    assert "fingerprint" not in seen.facts
    assert (Status.DOWN, "exchange") == (wanted.status, wanted.phase)
    assert wanted.detail.startswith(f"the host key cannot be seen: {why}")


async def test_a_key_that_the_server_does_not_have_is_down(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    with openssh(tmp_path, {"ed25519": keys["ed25519"]}) as sshd:
        result = await look_at(sshd.target, key_type="rsa")
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    assert "of host key algorithms it knows ssh-ed25519, and none of ours" in result.detail


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('software matches /^OpenSSH_/ and key_type == "ssh-ed25519"', Status.UP),
        ('algorithms.kex contains "curve25519-sha256"', Status.UP),
        ('algorithms.kex not contains "diffie-hellman-group14-sha1"', Status.DOWN),
        (f'fingerprint == "{OTHER}"', Status.DOWN),
        ("phase.exchange < 5s", Status.UP),
    ],
)
async def test_conditions_ask_for_what_is_found(sshd: Sshd, condition: str, status: Status) -> None:
    assert status == (await judged(sshd.target, condition)).status


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(sshd: Sshd) -> None:
    probe = probe_of(sshd.target, {})
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, lambda: probe(Trace()))
        assert 0 == client_sockets(sshd.port), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000


# --- what it once said --------------------------------------------------------------------------


async def test_an_answer_heard_before_proves_nothing(sshd: Sshd) -> None:
    heard = bytearray()
    async with recording(sshd.port, heard) as port:
        await look_at(f"ssh://127.0.0.1:{port}")
    result = await look_at_heard(heard)
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    assert "the server cannot prove that the host key it shows is its own" == result.detail
    assert "fingerprint" not in result.facts


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours(
    sshd: Sshd,
) -> None:
    dice = random.Random(7)
    for key_type in KEY_TYPES:
        heard = bytearray()
        async with recording(sshd.port, heard) as port:
            await look_at(f"ssh://127.0.0.1:{port}", key_type=key_type)
        for _ in range(MUTATIONS):
            said = bytearray(heard)
            for _ in range(dice.randint(1, 3)):
                said[dice.randrange(len(said))] = dice.choice(
                    (0, 1, 0x7F, 0x80, 0xFF, dice.getrandbits(8))
                )
            said = said[: dice.randint(1, len(said))] if dice.random() < 0.3 else said
            result = await look_at_heard(said, key_type=key_type)
            assert Status.DOWN == result.status, bytes(said)
            assert result.phase in ("banner", "exchange"), bytes(said)
            assert result.detail.isprintable()


# --- what may be asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["ssh:host", "ssh://", "ssh://host/path", "ssh://me@host", "ssh://host:0"]
)
def test_a_wrong_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"host_key": "SHA256:short"}, "option host_key"),
        ({"host_key": "MD5:" + ":".join(["aa"] * 16)}, "option host_key"),
        ({"host_key": "SHA256:" + "!" * 43}, "option host_key"),
        ({"host_key": "ssh-ed25519 AAAA"}, "option host_key"),
        ({"host_key": 5}, "option host_key"),
        ({"key_type": "dsa"}, "option key_type"),
        ({"user": "root"}, "option user"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("ssh://host", options)
    assert field == caught.value.field
