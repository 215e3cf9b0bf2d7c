"""`/`: all tasks, the troubled ones first, each with its last ninety slots."""

from collections.abc import Sequence

import attrs
import trio
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.model import Status
from monitor.web.pages.board import BAD, PAGE_SIZES, SORTS, Wish, make_board
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role

_TILES = 600
"""Tasks on the wall, the troubled ones first; nobody reads more from afar."""
_CHIPS = (*BAD, Status.MAINTENANCE, Status.PENDING, Status.PAUSED, Status.UP)


@attrs.define(eq=False)
class ListPage:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path="/", endpoint=self.show, needs=Role.VIEWER),
            Entry(path="/wall", endpoint=self.wall, needs=Role.VIEWER),
        )

    async def show(self, request: Request) -> Response:
        """Show one page of the list."""
        fleet = self.fleet.all()
        await trio.lowlevel.checkpoint()  # with thousands of tasks each step takes a while
        board = make_board(fleet, Wish.read(request.query_params), self.fleet.facets())
        await trio.lowlevel.checkpoint()
        self.fleet.pulse()
        strips = await self.fleet.strips([line.watched for line in board.lines])
        return self.frame.page(
            request,
            "list.html",
            board=board,
            wish=board.wish,
            strips=strips,
            chips=[one for one in _CHIPS if board.counts.get(one) or one in board.wish.statuses],
            sizes=PAGE_SIZES,
            sorts=SORTS,
            overdue=self.fleet.monitor.auditor.overdue,
        )

    async def wall(self, request: Request) -> Response:
        """Show what can be read from afar: the sentence, what is wrong, and tasks as tiles."""
        await trio.lowlevel.checkpoint()
        board = make_board(self.fleet.all(), Wish(size=_TILES), self.fleet.facets())
        return self.frame.page(request, "wall.html", board=board)
