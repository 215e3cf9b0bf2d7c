"""The registry of a domain: who it is, and asking it no more often than it bears."""

from urllib.parse import urljoin

import attrs
import trio

from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.core.units import format_duration
from monitor.probes.answers import Answer, ask_json, text_in
from monitor.probes.connect import connect
from monitor.probes.explain import printable
from monitor.probes.rdap import Registration, read_registration, server_for
from monitor.probes.request import Request
from monitor.probes.secure import TlsOptions, secure
from monitor.probes.threads import part_of_time_left

REDIRECTS = 5
"""Redirects that are followed; a server may send us on to the right one (RFC 7480, 5.2)."""

LIST_KEPT_S = 86_400.0
"""How long the word of IANA's list is taken; registries move rarely."""

QUIET_S = 900.0
"""How long a server is left alone that was asked too often and does not say how long."""

QUIET_MIN_S, QUIET_MAX_S = 60.0, 86_400.0
"""What it says is believed within these."""

_REGISTRY_SHARE = 0.9
"""The part of the time left that asking may take; at the deadline the domain would be blamed."""

_REDIRECTS = {301, 302, 303, 307, 308}
_ACCEPT = {"Accept": "application/rdap+json, application/json"}


class Unclear(Exception):
    """Nothing was learned of the domain; the message says why."""


@attrs.define(eq=False)
class Registry:
    """One domain's registry, and what is remembered of it from look to look.

    Times are trio's; a look that is cancelled changes nothing.
    """

    name: str
    """The domain's."""
    server: str
    """The base address to ask, if IANA's list does not matter."""
    registries: Request
    """For IANA's list."""
    _listed: str | None = None
    _listed_until_s: float = float("-inf")
    _answer: Registration | None = None
    _answered_s: float = 0.0
    _quiet_until_s: float = float("-inf")

    async def known(self, trace: Trace, reuse_s: float) -> tuple[Registration, float]:
        """Return what the registry says, and how many seconds ago it said so, under `reuse_s`.

        Raises:
            TargetDown: the registry does not know the domain.
            Unclear: it said nothing of it.
        """
        age_s = trio.current_time() - self._answered_s
        if self._answer is None or age_s >= reuse_s:
            self._answer, age_s = await self._ask(trace), 0.0
            self._answered_s = trio.current_time()
        await trio.lowlevel.checkpoint()
        return self._answer, age_s

    async def _ask(self, trace: Trace) -> Registration:
        wait_s = self._quiet_until_s - trio.current_time()
        if wait_s > 0:
            left = format_duration(float(round(wait_s)))
            raise Unclear(f"the registry was asked too often; it will be asked again in {left}")
        with trio.move_on_at(part_of_time_left(_REGISTRY_SHARE)) as patience:
            answer = await self._answered(trace)
        if patience.cancelled_caught:
            raise Unclear(f"the registry gave no answer in time, in phase {trace.phase}")
        if answer.status == 429:
            quiet_s = _retry_after(answer)
            self._quiet_until_s = trio.current_time() + quiet_s
            left = format_duration(quiet_s)
            raise Unclear(f"the registry was asked too often; it will be asked again in {left}")
        return _registration(self.name, answer)

    async def _answered(self, trace: Trace) -> Answer:
        server = self.server or await self._find_server(trace)
        try:
            rdap_request(server)
            request = rdap_request(f"{server.removesuffix('/')}/domain/{self.name}")
        except InvalidTask as error:
            raise Unclear(f"the list of registries has a wrong address: {error.message}") from None
        return await _fetch("the registry", request, trace)

    async def _find_server(self, trace: Trace) -> str:
        if trio.current_time() >= self._listed_until_s:
            try:
                self._listed = server_for(self.name, await self._fetch_list(trace))
            except Unclear:
                if not self._listed:
                    raise  # else what it said yesterday is as good
            else:
                self._listed_until_s = trio.current_time() + LIST_KEPT_S
        if self._listed is None:
            ending = self.name.rpartition(".")[2]
            raise Unclear(f"the registry of .{ending} offers no RDAP, so it cannot be asked")
        return self._listed

    async def _fetch_list(self, trace: Trace) -> dict[str, object]:
        answer = await _fetch("the list of registries", self.registries, trace)
        if answer.status != 200:
            raise Unclear(f"the list of registries cannot be had: status {answer.status}")
        if answer.wrong or not isinstance(answer.found.get("services"), list):
            raise Unclear(f"the list of registries {answer.wrong or 'has no services'}")
        return answer.found


def rdap_request(address: str) -> Request:
    """Make a request of an address. Raises InvalidTask if it is none of http or https."""
    if address.partition(":")[0].lower() not in ("http", "https"):
        raise InvalidTask("target", f"{printable(address, 60)!r} does not begin with https://")
    return Request.of_task(address, "GET", _ACCEPT, "")


def _registration(name: str, answer: Answer) -> Registration:
    """Read an answer. Raises TargetDown if it says that the domain is not registered."""
    if answer.status == 404:
        below = "; if it lies below a registered one, give that one" if name.count(".") > 1 else ""
        raise TargetDown(f"{name} is not registered{below}")
    if answer.status != 200:
        said = text_in(answer.found, "title")
        raise Unclear(f"the registry answered status {answer.status}{said and ': '}{said}")
    if answer.wrong:
        raise Unclear(f"the registry's answer {answer.wrong}")
    registration = read_registration(answer.found, name)
    if registration is None:
        raise Unclear(f"the registry's answer is not about {name}")
    return registration


async def _fetch(what: str, request: Request, trace: Trace) -> Answer:
    """Ask by HTTP and follow redirects. Raises Unclear for whatever a server did wrong."""
    try:
        for _ in range(REDIRECTS + 1):
            async with await _open(request, trace) as stream:
                answer = await ask_json(stream, request, trace)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            request = _redirected(request, location)
    except TargetDown as failure:
        raise Unclear(f"{what} at {request.url.host} cannot be asked: {failure}") from failure
    raise Unclear(f"{what} cannot be asked: more than {REDIRECTS} redirects")


def _redirected(request: Request, location: str) -> Request:
    try:
        there = rdap_request(urljoin(request.url_shown, location.strip()))
    except (InvalidTask, ValueError) as error:
        why = error.message if isinstance(error, InvalidTask) else "it cannot be read"
        raise TargetDown(f"it redirects to an address that is wrong: {why}") from error
    if there.url.user is not None:
        raise TargetDown("it redirects to an address with a user's name")
    return there


async def _open(request: Request, trace: Trace) -> trio.abc.Stream:
    stream = await connect(request.url.host, request.url.port, trace)
    if request.url.scheme == "http":
        return stream
    return await secure(stream, request.url.host, TlsOptions(), trace, ("http/1.1",))


def _retry_after(answer: Answer) -> float:
    """Return the seconds to wait; dates, which are allowed too, are not read."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return min(max(float(said), QUIET_MIN_S), QUIET_MAX_S)
    return QUIET_S
