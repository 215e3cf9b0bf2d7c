"""All horrors."""

from tests.horrors.horror import Horror
from tests.horrors.packets import PACKETS
from tests.horrors.web import WEB
from tests.horrors.wires import WIRES

HORRORS: list[Horror] = [*WEB, *WIRES, *PACKETS]
