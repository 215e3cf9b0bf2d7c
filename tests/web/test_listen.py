"""Where to listen: how it is written, and what happens when it cannot be had."""

import socket

import pytest

from monitor.settings import SettingsError, load_settings
from monitor.web.listen import CannotListen, Listen, open_sockets, parse_listen


@pytest.mark.parametrize(
    ("text", "listen", "url"),
    [
        ("127.0.0.1:8080", Listen("127.0.0.1", 8080), "http://127.0.0.1:8080"),
        ("[::1]:0", Listen("::1", 0), "http://[::1]:0"),
        ("localhost:80", Listen("localhost", 80), "http://localhost:80"),
        ("0.0.0.0:1", Listen("0.0.0.0", 1), f"http://{socket.gethostname()}:1"),
    ],
)
def test_it_is_read_and_written_as_addresses_are(text: str, listen: Listen, url: str) -> None:
    assert listen == parse_listen(text)
    assert text == str(listen)
    assert url == listen.url


def test_none_is_nowhere() -> None:
    assert parse_listen("none") is None


@pytest.mark.parametrize(
    "text",
    ["", "8080", ":8080", "host", "host:", "host:-1", "host:65536", "host:²", "a b:1", "::1:1"],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write "):
        parse_listen(text)


def test_it_is_set_by_the_environment_or_by_a_flag_and_known_where() -> None:
    assert (Listen(), "") == (load_settings({}, {}).listen, load_settings({}, {}).listen_from)
    environ = {"MONITOR_LISTEN": "none"}
    assert load_settings({}, environ).listen is None
    settings = load_settings({"listen": "[::1]:9"}, environ)
    assert (Listen("::1", 9), "--listen") == (settings.listen, settings.listen_from)
    with pytest.raises(SettingsError, match="MONITOR_LISTEN: '8080' is no address to listen on"):
        load_settings({}, {"MONITOR_LISTEN": "8080"})


async def test_a_port_that_the_system_chooses_is_the_same_for_all_addresses() -> None:
    sockets = await open_sockets(Listen("127.0.0.1", 0))
    ports = {one.getsockname()[1] for one in sockets}
    for one in sockets:
        one.close()
    assert 1 == len(ports)


@pytest.mark.parametrize(
    ("host", "why"),
    [("127.0.0.1", "address already in use"), ("192.0.2.1", "cannot assign requested address")],
)
async def test_an_address_that_cannot_be_had_is_told_and_nothing_is_left_open(
    host: str, why: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"cannot listen on {host}:{port}: {why}"):
            await open_sockets(Listen(host, port))


async def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(CannotListen, match=r"cannot listen on nowhere\.invalid:80: "):
        await open_sockets(Listen("nowhere.invalid", 80))
