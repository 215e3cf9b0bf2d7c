"""Real servers that go on with TLS when they are asked: one function, one program."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from tests.postgres import ThrowawayPostgres
from tests.probes.certificates import server_context
from tests.probes.mailservers import dovecot, smtp_server
from tests.probes.real import free_port, needs_program, running, skip_loudly


def written(leaf: trustme.LeafCert, folder: Path) -> tuple[Path, Path]:
    """Write a certificate with its chain, and its key, and return where they are."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(one.bytes() for one in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(key)
    return certificate, key


def needs_root(program: str) -> None:
    """Skip the test loudly if we are not root."""
    if os.geteuid() != 0:
        skip_loudly(f"NEEDS A REAL {program}, which must be started by root")


@contextmanager
def smtp(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run aiosmtpd."""
    with smtp_server(server_context(leaf)) as (port, _handler):
        yield port


@contextmanager
def imap(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run Dovecot."""
    with dovecot(leaf) as server:
        yield server.imap


@contextmanager
def pop3(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run Dovecot."""
    with dovecot(leaf) as server:
        yield server.pop3


@contextmanager
def ftp(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run vsftpd."""
    program = needs_program("vsftpd", "vsftpd")
    needs_root("vsftpd")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        certificate, key = written(leaf, home)
        (home / "empty").mkdir()
        conf = home / "conf"
        conf.write_text(
            "listen=YES\nlisten_address=127.0.0.1\nbackground=NO\nssl_enable=YES\n"
            f"listen_port={port}\nrsa_cert_file={certificate}\nrsa_private_key_file={key}\n"
            f"secure_chroot_dir={home}/empty\nftpd_banner=hello\nxferlog_enable=NO\n"
        )
        with running(port, home / "log", program, conf):
            yield port


@contextmanager
def ldap(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run OpenLDAP's slapd."""
    program = needs_program("slapd", "slapd")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        certificate, key = written(leaf, home)
        conf = home / "conf"
        conf.write_text(
            f"TLSCertificateFile {certificate}\nTLSCertificateKeyFile {key}\n"
            f"TLSCACertificateFile {certificate}\npidfile {home}/pid\ndatabase config\n"
        )
        url = f"ldap://127.0.0.1:{port}/"
        with running(port, home / "log", program, "-f", str(conf), "-h", url, "-d", "0"):
            yield port


@contextmanager
def xmpp(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run Prosody."""
    program = needs_program("prosody", "prosody")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        certificate, key = written(leaf, home)
        conf = home / "prosody.cfg.lua"
        conf.write_text(
            f'run_as_root = true\ndata_path = "{home}/data"\npidfile = "{home}/pid"\n'
            'modules_enabled = { "tls", "saslauth" }\n'
            'modules_disabled = { "s2s", "s2s_auth_certs" }\n'
            f'interfaces = {{ "127.0.0.1" }}\nc2s_ports = {{ {port} }}\n'
            "c2s_direct_tls_ports = {}\ns2s_ports = {}\nc2s_require_encryption = true\n"
            f'VirtualHost "localhost"\nssl = {{ certificate = "{certificate}", key = "{key}" }}\n'
        )
        with running(port, home / "log", program, "-F", "--config", conf):
            yield port


@contextmanager
def mysql(leaf: trustme.LeafCert) -> Iterator[int]:
    """Run MariaDB."""
    program = needs_program("mariadbd", "mariadb-server")
    install = needs_program("mariadb-install-db", "mariadb-server")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        certificate, key = written(leaf, home)
        subprocess.run(
            [install, "--no-defaults", f"--datadir={home}/data", "--user=root", "--skip-test-db"],
            check=True, capture_output=True,
        )  # fmt: skip
        command = [
            program, "--no-defaults", f"--datadir={home}/data", "--user=root", f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={home}/socket",
            f"--ssl-cert={certificate}", f"--ssl-key={key}",
        ]  # fmt: skip
        with running(port, home / "log", *command):
            yield port


def secured(server: ThrowawayPostgres, leaf: trustme.LeafCert) -> int:
    """Give a PostgreSQL of ours a certificate, and return its port."""
    certificate, key = written(leaf, server.home)
    owner = pwd.getpwuid(server.home.stat().st_uid)
    for file in (certificate, key):
        file.chmod(0o600)
        os.chown(file, owner.pw_uid, owner.pw_gid)
    server.execute(f"alter system set ssl_cert_file = '{certificate}'")
    server.execute(f"alter system set ssl_key_file = '{key}'")
    server.execute("alter system set ssl = on")
    server.restart()
    port = urlsplit(server.url("postgres")).port
    assert port
    return port
