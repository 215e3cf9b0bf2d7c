"""All horrors."""

from tests.horrors.databases import DATABASES
from tests.horrors.frames import FRAMES
from tests.horrors.horror import Horror
from tests.horrors.mail import MAIL
from tests.horrors.packets import PACKETS
from tests.horrors.tls import BEHIND_TLS, TLS
from tests.horrors.web import WEB
from tests.horrors.wires import WIRES

HORRORS: list[Horror] = [
    *WEB,
    *WIRES,
    *TLS,
    *BEHIND_TLS,
    *DATABASES,
    *MAIL,
    *FRAMES,
    *PACKETS,
]
