"""Names looked up at a name server of the operator's choice, instead of this machine's resolver.

It takes the place of our own resolver, so its faults are ours: only that a name does not exist is
a claim about the target.
"""

import itertools
import socket
from collections.abc import Sequence

import dns.message
import dns.rcode
import dns.rdatatype
import trio

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes.connect import Address, Lookup, connect, connect_udp
from monitor.probes.dnsmessages import RESEND_S, ask_over, next_answer
from monitor.probes.explain import explain
from monitor.probes.target import Url, in_option, parse_url, refuse_path
from monitor.probes.threads import part_of_time_left

_SHARE = 0.9
"""The part of the time left that a lookup may take; then the name server is at fault, no target."""

_MOST = 32
"""Addresses that are read of each family; more than anybody will try."""

_TYPES = (dns.rdatatype.AAAA, dns.rdatatype.A)


def lookup_at(option: str) -> Lookup:
    """Read the option `dns`, `HOST[:PORT]`, and return how names are looked up there.

    Raises:
        InvalidTask: it is no such thing.
    """
    with in_option("dns"):
        server = parse_url(option if "://" in option else f"dns://{option}", 53)
        refuse_path(server)

    async def lookup(name: bytes, port: int) -> list[Address]:
        shown = name.decode("ascii")
        try:
            with trio.move_on_at(part_of_time_left(_SHARE)):
                return _addresses(shown, port, await _ask(server, shown))
        except _CannotSay as error:
            raise OwnFault(
                Reason.RESOLVER,
                f"the name server {server.authority} could not look up {shown}: {error}",
            ) from error
        raise OwnFault(
            Reason.RESOLVER,
            f"the name server {server.authority} gave no answer for {shown} in time",
        )

    return lookup


class _CannotSay(Exception):
    """The name server did not do its work."""


def _addresses(name: str, port: int, answers: Sequence[dns.message.Message]) -> list[Address]:
    """Return the addresses in answers, IPv6 and IPv4 in turn.

    If there is one, it does not matter what was said about the other version of IP: many small
    name servers do not know what to say of it.

    Raises:
        TargetDown: there is no such name, or it has no address.
    """
    six = [Address(socket.AF_INET6, (text, port, 0, 0)) for text in _texts(answers, "AAAA")]
    four = [Address(socket.AF_INET, (text, port)) for text in _texts(answers, "A")]
    in_turn = itertools.chain.from_iterable(itertools.zip_longest(six, four))
    if addresses := [address for address in in_turn if address is not None]:
        return addresses
    codes = [answer.rcode() for answer in answers]
    wrong = [code for code in codes if code != dns.rcode.NOERROR]
    if wrong and dns.rcode.NXDOMAIN not in codes:
        raise _CannotSay(f"it says {dns.rcode.to_text(wrong[0])}")
    raise TargetDown(f"the name {name} does not exist or has no address")


def _texts(answers: Sequence[dns.message.Message], rdtype: str) -> list[str]:
    return [
        record.to_text()
        for answer in answers
        for records in answer.answer
        if records.rdtype.name == rdtype
        for record in itertools.islice(records, _MOST)
    ][:_MOST]


async def _ask(server: Url, name: str) -> list[dns.message.Message]:
    """Return the answers about both versions of IP, or one that is enough. Raises _CannotSay."""
    queries = [dns.message.make_query(name, rdtype, use_edns=0, payload=1232) for rdtype in _TYPES]
    try:
        with await connect_udp(server.host, server.port, Trace()) as sock:
            answers = await _exchange(sock, queries)
        return [
            await _ask_by_tcp(server, query) if answer.flags & dns.flags.TC else answer
            for query, answer in answers
        ]
    except OSError as error:
        raise _CannotSay(explain(error)) from error
    except TargetDown as error:  # it is no target here
        raise _CannotSay(str(error)) from error


async def _exchange(
    sock: trio.socket.SocketType, queries: Sequence[dns.message.Message]
) -> list[tuple[dns.message.Message, dns.message.Message]]:
    """Ask all at once, and again what was not answered within RESEND_S; return what was asked and
    answered, when that is all, or has an address.
    """
    answers: dict[int, dns.message.Message] = {}
    while not any(answer.answer for answer in answers.values()):
        for query in queries:
            if query.id not in answers:
                await sock.send(query.to_wire())
        with trio.move_on_after(RESEND_S):
            while len(answers) < len(queries):
                answer = await next_answer(sock, queries)
                answers[answer.id] = answer
            break
    return [(query, answers[query.id]) for query in queries if query.id in answers]


async def _ask_by_tcp(server: Url, query: dns.message.Message) -> dns.message.Message:
    async with await connect(server.host, server.port, Trace()) as stream:
        return await ask_over(stream, query)
