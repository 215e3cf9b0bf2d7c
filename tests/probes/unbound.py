"""A real name server that validates: Unbound, with a small signed zone that we vouch for."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.zone
import trustme
from cryptography.hazmat.primitives.asymmetric import ec

from tests.probes.real import free_port, needs_program, running
from tests.probes.tlsservers import written

_FORGED = "192.0.2.99"

_ZONE = """
$ORIGIN shop.example.
$TTL 300
@ SOA ns.shop.example. admin.shop.example. 2026112501 3600 600 86400 60
@ NS ns
@ MX 10 mail
@ TXT "v=spf1 " "-all"
@ CAA 0 issue "ca.example"
ns A 127.0.0.1
www 60 A 192.0.2.7
www 60 A 192.0.2.8
www AAAA 2001:db8::7
alias CNAME www
_sip._tcp SRV 10 20 5060 www
_443._tcp.www TLSA 3 1 1 8bd1da95272f7fa4ffb24137fc0ed03aae67e5c4d8b3c50734e1050a7920b922
www HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.7
_dns SVCB 1 ns alpn="dot"
www NAPTR 100 10 "u" "sip+E2U" "!^.*$!sip:info@shop.example!" .
forged A 192.0.2.9
"""

_CONF = """
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: "{folder}/pid"
  interface: 127.0.0.1@{port}
  interface: 127.0.0.1@{tls}
  interface: 127.0.0.1@{https}
  port: {port}
  tls-port: {tls}
  https-port: {https}
  tls-service-key: "{key}"
  tls-service-pem: "{certificate}"
  do-daemonize: no
  use-syslog: no
  trust-anchor-file: "{folder}/anchor"
  module-config: "validator iterator"
  local-zone: "example." nodefault
  ede: yes
  identity: "the test"
auth-zone:
  name: "shop.example."
  zonefile: "{folder}/zone"
  for-downstream: no
  fallback-enabled: no
"""


@attrs.frozen
class Unbound:
    """Where it listens."""

    port: int
    tls: int
    https: int


@contextmanager
def unbound(certificate: trustme.LeafCert) -> Iterator[Unbound]:
    """Run Unbound for `shop.example`, which is signed; its record `forged` is not what was signed.

    `many` has more addresses than a datagram holds. Without the program the test is skipped loudly.
    """
    program = needs_program("unbound", "unbound")
    server = Unbound(free_port(), free_port(), free_port())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _write_zone(home)
        pem, key = written(certificate, home)
        conf = home / "conf"
        conf.write_text(
            _CONF.format(folder=folder, certificate=pem, key=key, **attrs.asdict(server))
        )
        with running(server.port, home / "log", program, "-dd", "-c", conf):
            yield server


def _write_zone(home: Path) -> None:
    many = "".join(f"many A 198.51.100.{number}\n" for number in range(1, 151))
    zone = dns.zone.from_text(_ZONE + many, relativize=False)
    key = ec.generate_private_key(ec.SECP256R1())
    dnskey = dns.dnssec.make_dnskey(
        key.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257
    )
    now = dt.datetime.now(dt.UTC)
    dns.dnssec.sign_zone(
        zone,
        keys=[(key, dnskey)],
        inception=now - dt.timedelta(days=1),
        expiration=now + dt.timedelta(days=7),
        dnskey_ttl=300,
    )
    text = zone.to_text(relativize=False)
    assert "192.0.2.9" in text
    (home / "zone").write_text(text.replace("192.0.2.9\n", f"{_FORGED}\n"))
    origin = dns.name.from_text("shop.example.")
    anchor = dns.dnssec.make_ds(origin, dnskey, "SHA256").to_text()
    (home / "anchor").write_text(f"shop.example. IN DS {anchor}\n")
