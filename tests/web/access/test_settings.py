"""What may be set of access, and what is said of it when it is wrong."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Spans
from monitor.core.access.provider import OidcOptions
from monitor.core.access.roles import Role
from monitor.settings import SettingsError, load_settings

OIDC = {
    "MONITOR_ACCESS_URL": "https://m.example",
    "MONITOR_ACCESS_OIDC_ISSUER": "https://id.example/realms/ours",
    "MONITOR_ACCESS_OIDC_CLIENT_ID": "monitor",
}


def access(environ: dict[str, str]) -> AccessOptions:
    return load_settings({}, environ).access


def test_without_settings_there_are_safe_ones(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert AccessOptions() == access({})


def test_all_of_it_can_be_set() -> None:
    found = access(
        {
            **OIDC,
            "MONITOR_ACCESS_IDLE": "1h",
            "MONITOR_ACCESS_LIFETIME": "2d",
            "MONITOR_ACCESS_AUDIT_KEPT": "30d",
            "MONITOR_ACCESS_SECRET_KEYS": f"{'k' * 32}, {'o' * 40}",
            "MONITOR_ACCESS_PROXIES": "127.0.0.1, 10.0.0.0/8",
            "MONITOR_ACCESS_PROXY_HEADER": "X-User",
            "MONITOR_ACCESS_PROXY_ROLE": "editor",
            "MONITOR_ACCESS_OIDC_CLIENT_SECRET": "hush",
            "MONITOR_ACCESS_OIDC_ROLE_CLAIM": "groups",
            "MONITOR_ACCESS_OIDC_ADMINS": "ops, root",
            "MONITOR_ACCESS_OIDC_ROLE": "none",
        }
    )
    oidc = OidcOptions(
        issuer="https://id.example/realms/ours",
        client_id="monitor",
        client_secret="hush",
        role_claim="groups",
        admins=("ops", "root"),
        role=None,
    )
    expected = AccessOptions(
        url="https://m.example",
        spans=Spans(idle=timedelta(hours=1), lifetime=timedelta(days=2)),
        kept=timedelta(days=30),
        secret_keys=("k" * 32, "o" * 40),
        proxies=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8")),
        proxy_header="X-User",
        proxy_role=Role.EDITOR,
        oidc=oidc,
    )
    assert expected == found
    assert "hush" not in repr(found)
    assert "kkk" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"MONITOR_ACCESS_URL": "m.example"}, "is no address to open; write it like https://"),
        ({"MONITOR_ACCESS_URL": "https://m.example/x"}, "is no address to open"),
        ({"MONITOR_ACCESS_IDLE": "12"}, "MONITOR_ACCESS_IDLE: '12' has no unit"),
        ({"MONITOR_ACCESS_IDLE": "1s"}, "is out of range"),
        ({"MONITOR_ACCESS_PROXIES": "proxy.example"}, "is no network"),
        ({"MONITOR_ACCESS_PROXY_HEADER": "X-User"}, "name the proxies that set it"),
        ({"MONITOR_ACCESS_PROXY_HEADER": "X User:"}, "is no name of a header"),
        ({"MONITOR_ACCESS_PROXY_ROLE": "boss"}, "there is no role 'boss'"),
        (
            {"MONITOR_ACCESS_SECRET_KEYS": f"{'k' * 32},short"},
            "key 2 has 5 characters; use",
        ),
        ({**OIDC, "MONITOR_ACCESS_OIDC_ISSUER": "http://id.example"}, "is not safe on the way"),
        ({**OIDC, "MONITOR_ACCESS_OIDC_ISSUER": "id.example"}, "write https://HOST"),
        ({**OIDC, "MONITOR_ACCESS_URL": ""}, "also needs access.url"),
        ({**OIDC, "MONITOR_ACCESS_OIDC_CLIENT_ID": ""}, "also needs access.oidc_client_id"),
        ({**OIDC, "MONITOR_ACCESS_OIDC_ROLE": "boss"}, "there is no role 'boss'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_with_its_place(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        access(environ)
    assert sentence in str(caught.value)
    assert "MONITOR_ACCESS_" in str(caught.value)


def test_a_key_that_everybody_on_the_machine_can_read_is_told_and_how_to_mend_it(
    tmp_path: Path,
) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 44 + "\n")
    environ = {"MONITOR_ACCESS_SECRET_KEYS": f"${{file:{key}}}"}
    key.chmod(0o600)
    assert () == load_settings({}, environ).warnings
    key.chmod(0o644)
    [warning] = load_settings({}, environ).warnings
    assert f"everybody on this machine can read {key}; chmod o-rwx {key}" in warning
