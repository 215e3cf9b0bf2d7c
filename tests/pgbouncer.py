"""A PgBouncer in transaction mode before one of our PostgreSQL servers."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from tests.postgres_binaries import unprivileged_identity

INSTALL = "apt-get install pgbouncer"
_START_S = 10.0

_SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server_port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
server_round_robin = 1
{further}
"""


def program() -> str | None:
    """Return the path of PgBouncer; None if it is not installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@attrs.define(eq=False)
class PgBouncer:
    """A running one; it keeps its port when it is started again."""

    port: int
    settings: Path
    _process: "subprocess.Popen[bytes] | None" = None

    def url(self, server_url: str) -> str:
        """Return the way through it to a database of its server."""
        return urlsplit(server_url)._replace(netloc=f"postgres@127.0.0.1:{self.port}").geturl()

    def start(self) -> None:
        """Start it; return when it takes clients."""
        found = program()
        assert found is not None
        with self.settings.with_name("pgbouncer.log").open("ab") as log:
            self._process = subprocess.Popen(
                [found, self.settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **unprivileged_identity(),
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            time.sleep(0.01)
        said = self.settings.with_name("pgbouncer.log").read_text()
        raise AssertionError(f"PgBouncer did not start: {said}")

    def stop(self) -> None:
        """End it at once, with all connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None


@contextmanager
def running_pgbouncer(
    server_url: str, pool_size: int = 3, further: str = ""
) -> Iterator[PgBouncer]:
    """Run one in transaction mode before the server of a URL; its servers take turns."""
    with tempfile.TemporaryDirectory(prefix="monitor-pgbouncer-") as folder:
        Path(folder).chmod(0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = Path(folder) / "pgbouncer.ini"
        server_port = urlsplit(server_url).port
        settings.write_text(
            _SETTINGS.format(
                server_port=server_port, port=port, pool_size=pool_size, further=further
            )
        )
        bouncer = PgBouncer(port, settings)
        bouncer.start()
        try:
            yield bouncer
        finally:
            bouncer.stop()
