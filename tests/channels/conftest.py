"""Fixtures for channels: a certificate authority that they trust."""

from tests.probes.conftest import ca

__all__ = ["ca"]
