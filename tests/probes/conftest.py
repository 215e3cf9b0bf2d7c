"""Fixtures for looks: a certificate authority that the looks of a test trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from monitor.probes.secure import shared_context


@pytest.fixture
def ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """An authority that this machine trusts while the test runs, and no other."""
    authority = trustme.CA()
    path = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    shared_context.cache_clear()
    yield authority
    shared_context.cache_clear()
