"""What looks say of what they saw, well or not, is told in Russian: all of it, and whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from monitor.core.counting import counted
from monitor.core.model import Status
from monitor.russian.declared import DECLARED
from monitor.russian.of_counts import OF_COUNTS
from monitor.russian.refusals import REFUSALS
from monitor.web.pages.words import Words
from tests.russian.sources import files, only_values, trees, unsaid, written

ROOMS = ("probes", "assertions", "engine", "core/alerts", "core/heartbeat.py")
"""Where looks are made, where their conditions are judged, and what is told of ourselves."""

OTHERS = {
    "page.py": "writes the pages of docs/kinds",
    "printer.py": "writes conditions, which are the same in both languages",
}
"""Files that write something else."""
NO_TEXTS = {"Kind", "Name", "Struct", "compile", "encode", "fullmatch", "partition", "say"}
"""Calls whose texts are declared (see test_declared), or are no sentences."""
NO_SENTENCES = {
    " by \0",
    " contains ",
    " and ",
    " nor ",
    " or ",
    "%Y-%m-%d %H:%M:%S UTC",
    "(MESSAGES RECENT UNSEEN)",
    "AUTH TLS",
    "AUTHENTICATE PLAIN",
    "BEGIN READ ONLY;SET LOCAL statement_timeout = \0;SET LOCAL intervalstyle = iso_8601",
    "Basic \0",
    "Bearer \0",
    "Expected ",
    "SASL ",
    "SELECT 1",
    '["redemption period", "pending delete", "client hold", "server hold"]',
    "application/rdap+json, application/json",
    "application/xml; charset=utf-8",
    "gzip, deflate",
    "it is not in the group",
    "max_execution_time = \0",
    "max_statement_time = \0",
    "name lookups",
    "password hashing",
    "python checks",
    "registrar expiration",
    "user name in the target",
    # what is counted, and what is put together of it: see SAID
    " and \0 more",
    "; \0, \0 in \0",
    "exit code \0 (\0)",
    "more condition",
    "step \0: ",
    "step is",
    "steps are",
    ", did you mean 'tcp://\0'",
    ", in ",
    "record waits",
    "records wait",
    # in the log, and names of children
    "\0: sound life",
    "a step of a child's life could not be told",
    "anchor \0",
    "connect to \0",
    "courier \0",
    "letter \0",
    "loop lag",
    "maintenance \0: \0",
    "nobody knows where",
    "task \0",
    "task \0: exercise",
    "the thread that looks on has ended",
    "what is over stays for now: \0",
    # taken from what others say
    "Exchange | Http2Exchange",
    "JSON is malformed: ",
    "a ",
    "bad ",
}
"""Words of protocols and of conditions, names of threads, and parts of sentences."""


def looked() -> Iterator[str]:
    """Yield the texts of which looks make sentences; options have names of their own."""
    left: list[ast.AST] = [ast.parse(f.read_text()) for f in files(*ROOMS) if f.name not in OTHERS]
    while left:
        node = left.pop()
        if (text := written(node)) is None:
            left += within(node)
            continue
        if " " in text and not only_values(text) and not text.startswith("option "):
            yield text
        if isinstance(node, ast.JoinedStr):
            left += [one.value for one in node.values if isinstance(one, ast.FormattedValue)]


def within(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands within a node and may be a sentence: neither docstrings nor types."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.arguments():
            return
        case ast.AnnAssign(value=value):
            yield from [value] if value else []
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            yield from body
        case ast.Call(func=func) if ast.unparse(func).rpartition(".")[2] in NO_TEXTS:
            return
        case _:
            yield from ast.iter_child_nodes(node)


def nouns(*rooms: str) -> Iterator[str]:
    """Yield what is counted in some rooms, one of it and many."""
    for node in trees(*rooms):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "counted":
            words = [str(one.value) for one in node.args[1:] if isinstance(one, ast.Constant)]
            if words:
                yield from (counted(number, *words).partition(" ")[2] for number in (1, 2))


def test_what_looks_say_is_said_in_russian() -> None:
    texts = set(looked())
    assert 500 < len(texts)
    assert set() == NO_SENTENCES - texts
    assert [] == unsaid(texts - NO_SENTENCES - DECLARED.keys(), REFUSALS)


def test_what_looks_count_is_counted_in_russian() -> None:
    known = {noun for forms in OF_COUNTS for noun in forms.split("|")}
    assert set() == {*nouns(*ROOMS), *Status} - known
    assert set() == known - {*nouns(""), *Status}


def test_each_count_has_three_forms_in_russian() -> None:
    assert {3} == {len(russian.split("|")) for russian in OF_COUNTS.values()}


SAID = {
    "status 200 OK after 1 redirect, 1,024 bytes": (
        "код 200 OK после 1 перенаправления, 1024 байта"
    ),
    "status == 204: found 200; latency < 1ms: found 500ms (status 200 OK, 5 bytes)": (
        "status == 204: найдено: 200; latency < 1ms: найдено: 500ms (код 200 OK, 5 байт)"
    ),
    'neither status == 1 (found 503) nor body contains "x" (not found in "all is well")': (
        'не подошло ни одно: status == 1 (найдено: 503), body contains "x" '
        '(не найдено в "all is well")'
    ),
    "dns.answers contains 1: not among 2 elements [3, 4]": (
        "dns.answers contains 1: нет среди 2 элементов [3, 4]"
    ),
    "body.json.$.a == 1: body is not JSON: it is empty": (
        "body.json.$.a == 1: body: это не JSON: пусто"
    ),
    "exited with exit code 137 (SIGKILL) for lack of memory, 3m12s ago (oops)": (
        "завершился, код завершения 137 (SIGKILL) из-за нехватки памяти, 3m12s назад (oops)"
    ),
    "running for 4h, 2 restarts, healthy": "работает уже 4h, 2 перезапуска, здоров",
    "1 down ('db', 'a, b'), 1 degraded ('mail'), 3 up; none of them counts": (
        "1 не работает ('db', 'a, b'), 1 сбоит ('mail'), 3 работают; ни одна не в счёт"
    ),
    "RabbitMQ 3.13 let us in; 1 message, 2 consumers in orders": (
        "RabbitMQ 3.13: вход выполнен; 1 сообщение, 2 получателя в orders"
    ),
    "for this message, the broker says that this client is not authorized (code 135)": (
        "на это сообщение брокер говорит, что у клиента нет прав (код 135)"
    ),
    "2 of 3 echoes came back, after 50.00 to 51.25 ms; 192.0.2.1 says that there is no route": (
        "ответов 2 на 3 эхо-запроса, через 50.00-51.25 мс; 192.0.2.1 сообщает: нет маршрута"
    ),
    "registered with Registrar Ltd until 2027-01-01, for 30.5 more days; asked 1h ago": (
        "зарегистрирован у Registrar Ltd до 2027-01-01, осталось дней: 30.5; спрошено 1h назад"
    ),
    "TLSv1.3, certificate valid for 9.5 more days, wanted 14": (
        "TLSv1.3, сертификату осталось дней: 9.5, а ожидалось 14"
    ),
    "connected to [::1]:25 over TLSv1.3, '220 ' received": (
        "подключение к [::1]:25 по TLSv1.3, получено '220 '"
    ),
    "the proxy proxy:3128: it refused CONNECT with status 403 Forbidden": (
        "прокси proxy:3128: отказ на CONNECT, код 403 Forbidden"
    ),
    "the job failed with exit code 3 2026-01-01 00:01:00 UTC after a run of 2s: disk full": (
        "задание не удалось с кодом 3 2026-01-01 00:01:00 UTC после запуска длиной 2s: disk full"
    ),
    "the certificate runs out in 6.9 days": "сертификат: до конца дней 6.9",
    "1 record waits to be written": "ждут записи: 1 запись",
    "held: it may be over soon": "придержано: возможно, скоро пройдёт",
}


@pytest.mark.parametrize("english", SAID)
def test_sentences_that_are_put_together_are_said_whole(english: str) -> None:
    assert SAID[english] == Words("ru").sentence(english)


@pytest.mark.parametrize(
    "foreign",
    [
        "CRITICAL - load average over 5 for 10 minutes",
        "DISK WARNING - free space: / 2 GB (5% inode=98%);| /=38GB;20;30;0;40",
        "the plugin had a bad day, 3 processes in zombie state",
        "waiting for reply",
    ],
)
def test_what_programs_say_is_not_said_half(foreign: str) -> None:
    assert foreign == Words("ru").sentence(foreign)


def test_a_quoted_text_stays_as_it_was_seen() -> None:
    said = Words("ru").sentence("'status 200 OK' did not come; the answer was 'not found'")
    assert "'status 200 OK' не пришло; ответ был 'not found'" == said
