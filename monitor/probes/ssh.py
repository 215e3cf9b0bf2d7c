"""See an SSH server and its host key, without logging in: `ssh://host`, port 22 if none is given.

Phases: `resolve`, `connect`, `banner` and `exchange`. The server must introduce itself, say which
algorithms it knows, and prove that it has the host key it shows. Then the look leaves, so the
server's log shows a connection without a login; do not look more often than a server allows
(OpenSSH: PerSourcePenalties).

A server that knows no key exchange of ours is UP, but its host key cannot be seen; with `host_key`
or `key_type` it is DOWN. A server has several host keys; `key_type` says which one is meant.
"""

import hashlib
from typing import Annotated, Literal

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.sshkeys import EXCHANGES, KEY_TYPES, HostKey
from monitor.probes.sshwire import OURS, Offer, SshWire, number, string, take_string
from monitor.probes.target import parse_url, refuse_path
from monitor.probes.wire import Fields, Wire

_INIT, _REPLY = 30, 31
"""Our half of the key exchange, and the server's with its host key and its signature."""

_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

_SHOWN = ("kex", "host_key", "cipher", "mac", "compression")


@attrs.frozen(kw_only=True)
class SshOptions:
    """Which host key is the right one."""

    host_key: Annotated[
        str,
        Meta(description="the fingerprint it must have, `SHA256:...` as `ssh-keygen -l` shows it"),
    ] = ""
    key_type: Annotated[
        Literal["any", "ed25519", "ecdsa", "rsa"],
        Meta(description="which of the server's host keys to look at"),
    ] = "any"


def prepare(target: str, options: SshOptions) -> Probe:
    """Make a probe that is UP when an SSH server is there, with the right host key.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 22)
    refuse_path(url)
    expected = _fingerprint(options.host_key)
    keys = [
        name
        for key_type, names in KEY_TYPES.items()
        if options.key_type in ("any", key_type)
        for name in names
    ]

    async def look(trace: Trace) -> Result:
        async with await Wire.open(url, trace) as wire:
            ssh = SshWire(wire)
            with trace.enter("banner"):
                banner = await ssh.introduce()
                software = _software(banner)
                trace.facts |= {"banner": printable(_text(banner), 255), "software": software}
            with trace.enter("exchange"):
                ours = Offer.make(list(EXCHANGES), keys)
                theirs = await ssh.exchange_offers(ours)
                trace.facts["algorithms"] = {name: theirs.lists[name] for name in _SHOWN}
                if unseen := _missing(ours, theirs):
                    if expected or options.key_type != "any":
                        raise TargetDown(f"the host key cannot be seen: {unseen}")
                    detail = f"{software}, whose host key cannot be seen: {unseen}"
                    return Result(status=Status.UP, detail=detail)
                key = await _host_key(ssh, banner, ours, theirs)
                trace.facts |= {"fingerprint": key.fingerprint, "key_type": key.type}
                if expected not in ("", key.fingerprint):
                    hint = "; option key_type chooses among several" * (options.key_type == "any")
                    raise TargetDown(
                        f"the host key is another one: found {key.fingerprint} ({key.type}), "
                        f"expected {expected}{hint}"
                    )
        return Result(status=Status.UP, detail=f"{software}, {key.type} {key.fingerprint}")

    return look


async def _host_key(ssh: SshWire, banner: bytes, ours: Offer, theirs: Offer) -> HostKey:
    """Return the server's host key, which it has proved to have (RFC 4253, 8).

    Raises:
        TargetDown: it has not.
    """
    kex, algorithm = _common("kex", ours, theirs), _common("host_key", ours, theirs)
    make, hashes = EXCHANGES[kex]
    exchange = make()
    await ssh.send(bytes([_INIT]) + exchange.half)
    fields = Fields(await ssh.receive(_REPLY), "an SSH server")
    fields.take(1)
    key, half, signature = take_string(fields), take_string(fields), take_string(fields)
    try:
        secret = exchange.secret(half)
    except ValueError as error:
        raise TargetDown("the server's half of the key exchange is none") from error
    strings = (OURS, banner, ours.message, theirs.message, key)
    hashed = b"".join(map(string, strings)) + exchange.half + string(half) + number(secret)
    host_key = HostKey(key)
    host_key.verify(algorithm, signature, hashlib.new(hashes, hashed).digest())
    return host_key


def _common(what: str, ours: Offer, theirs: Offer) -> str:
    """Return the first of ours that the server knows too; nothing if there is none."""
    return next((name for name in ours.lists[what] if name in theirs.lists[what]), "")


def _missing(ours: Offer, theirs: Offer) -> str:
    """Say what keeps us from exchanging keys; nothing if nothing does."""
    for what, called in (("kex", "key exchange"), ("host_key", "host key")):
        if not _common(what, ours, theirs):
            known = printable(", ".join(theirs.lists[what]), 120) or "none"
            return f"of {called} algorithms it knows {known}, and none of ours"
    return ""


def _software(banner: bytes) -> str:
    """Return what a server calls itself: `OpenSSH_9.2p1 Debian-2`.

    Raises:
        TargetDown: it does not speak SSH 2.
    """
    _ssh, _dash, rest = _text(banner).partition("-")
    version, _dash, software = rest.partition("-")
    if version not in ("2.0", "1.99"):  # the latter speaks both
        raise TargetDown(f"the server speaks SSH {printable(version, 20)}, not 2.0")
    return printable(software, 100) or "an SSH server without a name"


def _text(banner: bytes) -> str:
    return banner.decode("utf-8", "replace")


def _fingerprint(written: str) -> str:
    """Return a fingerprint as we write it, without the `=` at its end."""
    digest = written.removeprefix("SHA256:").rstrip("=")
    if written and (len(digest) != 43 or not _BASE64.issuperset(digest)):
        raise InvalidTask(
            "option host_key",
            f"{written[:80]!r} is not a fingerprint; write SHA256: and 43 letters, as "
            "ssh-keygen -lf FILE shows them",
        )
    return f"SHA256:{digest}" if written else ""


FACTS = Names(
    (
        Name("banner", Type.TEXT, 'how the server introduces itself, `"SSH-2.0-OpenSSH_9.2p1"`'),
        Name(
            "software",
            Type.TEXT,
            "what it calls itself, as the banner has it behind the version",
            also=("version", "server"),
        ),
        Name(
            "fingerprint",
            Type.TEXT,
            'the fingerprint of its host key, `"SHA256:..."`',
            also=("host_key", "hostkey", "key"),
        ),
        Name("key_type", Type.TEXT, 'the type of its host key, such as `"ssh-ed25519"`'),
        Name("algorithms.kex", Type.LIST, "the key exchanges that it knows"),
        Name("algorithms.host_key", Type.LIST, "the signatures that it can give"),
        Name("algorithms.cipher", Type.LIST, "the ciphers that it knows", also=("ciphers",)),
        Name("algorithms.mac", Type.LIST, "the message authentication codes that it knows"),
        Name("algorithms.compression", Type.LIST, "the compressions that it knows"),
    )
)

KIND = Kind(
    name="ssh",
    schemes=("ssh",),
    summary="See an SSH server and its host key, without logging in.",
    example="ssh://git.example.com",
    options=SshOptions,
    prepare=prepare,
    facts=FACTS,
)
