"""Real mail servers for the tests: Dovecot for IMAP and POP3, aiosmtpd for SMTP."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.probes.real import free_port, needs_program, running, skip_loudly

USER, PASSWORD = "me@example.com", 's3c"r\\et'

_STOP_S = 10.0

_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
first_valid_uid = 1
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
{settings}
"""


@attrs.frozen
class Dovecot:
    """Where it listens, and its folder."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int
    folder: Path

    def logged(self, text: str, times: int) -> bool:
        """Wait until the log has a text so many times; it is written a moment after the fact."""
        deadline = time.monotonic() + _STOP_S
        while (found := (self.folder / "log").read_text(errors="replace").count(text)) < times:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return found == times


@contextmanager
def dovecot(certificate: trustme.LeafCert, settings: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot of our own with one user and three messages, one of them read.

    Without the program, or not as root, the test is skipped loudly.
    """
    program = needs_program("dovecot", "dovecot-imapd dovecot-pop3d")
    if os.geteuid() != 0:
        skip_loudly("NEEDS A REAL dovecot, which must be started by root")
    # Others than root must get there: it runs each of its parts as another user.
    folder = Path(tempfile.mkdtemp(prefix="dovecot"))
    folder.chmod(0o755)
    try:
        server = Dovecot(free_port(), free_port(), free_port(), free_port(), folder)
        certificate.private_key_pem.write_to_path(folder / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (folder / "state").mkdir()
        _write_mail(folder / "mail" / USER)
        ports = attrs.asdict(server)
        conf = folder / "conf"
        conf.write_text(_DOVECOT.format(**ports, settings=settings))
        with running(server.imap, folder / "output", program, "-F", "-c", conf):
            try:
                yield server
            finally:
                # Only the master waits for its processes; killed, it would leave them to nobody.
                master = folder / "run" / "master.pid"
                os.kill(int(master.read_text()), signal.SIGTERM)
                deadline = time.monotonic() + _STOP_S
                while master.exists() and time.monotonic() < deadline:
                    time.sleep(0.01)
    finally:
        shutil.rmtree(folder)


def _write_mail(home: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (home / part).mkdir(parents=True)
    for place in ("new/1.a", "new/2.b", "cur/3.c:2,S"):
        (home / place).write_bytes(b"Subject: hi\r\n\r\nhello\r\n")
    for path in (home, *home.rglob("*")):
        shutil.chown(path, "mail", "mail")


class MailHandler:
    """Take mail for our own domain only, and keep what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.letters: list[tuple[str, list[str], bytes]] = []
        """From whom, to whom, and the letter."""

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _server: Any, session: Any, _envelope: Any, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        self.said.append(f"EHLO {name}")
        return replies

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str | None, _options: Any
    ) -> str:
        self.said.append(f"MAIL {address}")
        if address == "spammer@example.net":
            return "550 5.7.1 not you again"
        envelope.mail_from = address
        return "250 2.1.0 sender ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.said.append(f"RCPT {address}")
        if not address.endswith("@example.com"):
            return "554 5.7.1 relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, bytes(envelope.content)))
        return "250 2.0.0 taken"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.said.append("QUIT")
        return "221 2.0.0 bye"


def _allow(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False, auth_data=mechanism)


@contextmanager
def smtp_server(
    context: ssl.SSLContext | None = None, *, implicit: bool = False, **options: Any
) -> Iterator[tuple[int, MailHandler]]:
    """Run aiosmtpd, with STARTTLS if there is a context, or with TLS from the first byte."""
    handler = MailHandler()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        ident="test ESMTP",
        server_hostname="mail.example.com",
        ssl_context=context if implicit else None,
        tls_context=None if implicit else context,
        authenticator=_allow,
        # Made here, because inside trio the policy of trio-asyncio makes none.
        loop=asyncio.SelectorEventLoop(),
        **options,
    )
    controller.start()
    try:
        yield controller.port, handler
    finally:
        controller.stop()
        controller.loop.close()
