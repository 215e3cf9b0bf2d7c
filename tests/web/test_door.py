"""The door of a real monitor: nobody comes in without the console, not from this machine either."""

from __future__ import annotations

import re
import signal
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests.cli.conftest import Monitor, Process, Start
from tests.web.conftest import PATIENCE_S, Answer, Listening

pytestmark = pytest.mark.slow

PASSWORD = "four words in a row"


def ask(
    listening: Listening, path: str, form: dict[str, str] | None = None, cookie: str = ""
) -> Answer:
    """Ask as a browser on this machine does; redirects are not followed."""
    where = f"127.0.0.1:{listening.port}"
    headers = {"Accept": "text/html", "Origin": f"http://{where}", "Cookie": cookie}
    with closing(HTTPConnection(where, timeout=PATIENCE_S)) as connection:
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(form), headers)
        with connection.getresponse() as response:
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, response.read().decode(), found)


def start_listening(start: Start, listen: str) -> Listening:
    process: Process = start(f"run self: --listen {listen}")
    process.wait_for("monitor.started")
    process.wait_for("web.listening")
    found = re.search(r"listening for HTTP on \S+:(\d+)\n", process.err)
    assert found, process.err
    return Listening(process, int(found[1]))


def test_who_has_the_console_comes_in_and_nobody_else(monitor: Monitor, start: Start) -> None:
    listening = start_listening(start, "0.0.0.0:0")
    process = listening.process
    process.wait_shown("/?first-run=")
    found = re.search(r"    http://\S+?(/\?first-run=[\w-]{43})\n", process.out)
    assert found, process.out
    assert found[1] in process.err, "in the log, too"
    for path in ("/", "/first-run", "/?first-run=guessed"):
        assert 303 == ask(listening, path).status
    answer = ask(listening, found[1])
    assert (303, "/first-run") == (answer.status, answer.headers["location"])
    cookie = answer.headers["set-cookie"].partition(";")[0]
    form = {"name": "anna", "password": PASSWORD, "again": PASSWORD}
    assert 303 == ask(listening, "/first-run", form, cookie).status
    assert 303 == ask(listening, "/", None, cookie).status, "void"
    assert 303 == ask(listening, found[1]).status
    assert 401 == ask(listening, "/login", {"name": "anna", "password": "wrong"}).status
    answer = ask(listening, "/login", {"name": "anna", "password": PASSWORD})
    assert (303, "/") == (answer.status, answer.headers["location"])
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert "self:" in ask(listening, "/", None, cookie).text
    assert 0 == monitor("user edit anna --log-out").code
    assert 303 == ask(listening, "/", None, cookie).status, "at once"
    assert 0 == process.signal(signal.SIGTERM)
    assert PASSWORD not in process.err + process.out
    again = start_listening(start, "127.0.0.1:0")
    assert 303 == ask(again, "/").status
    assert "first-run" not in again.process.out + again.process.err
