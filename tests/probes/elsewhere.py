"""Looks taken in a small network of our own, with a router that this machine does not have.

This process stands at `10.9.0.1` and `fd09::1`. The router is `10.9.0.2` and `fd09::2`; it reaches
no host in `10.9.3.0/24` and `fd09:3::/64`, lets nobody into `10.9.4.0/24`, and throws away what
goes to `10.9.6.0/24`. What goes to `10.9.5.0/24` and `fd09:5::/64` goes in a circle.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import trio

from monitor.core.model import Status
from monitor.core.probing import OwnFault
from tests.probes.servers import look_at

LIMIT_S = 60.0

_NETWORK = """
ip link set lo up
unshare -n sleep 60 & router=$!
trap 'kill $router' EXIT
until [ "$(readlink /proc/$router/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
ip link add here type veth peer name there netns $router
ip address add 10.9.0.1/24 dev here
ip address add fd09::1/64 dev here nodad
ip link set here up
nsenter -t $router -n sh -ec '
    ip address add 10.9.0.2/24 dev there
    ip address add fd09::2/64 dev there nodad
    ip link set there up
    ip route add unreachable 10.9.3.0/24
    ip route add prohibit 10.9.4.0/24
    ip route add blackhole 10.9.6.0/24
    ip route add 10.9.5.0/24 via 10.9.0.1
    ip -6 route add unreachable fd09:3::/64
    ip -6 route add fd09:5::/64 via fd09::1
    sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
'
ip route add default via 10.9.0.2
ip -6 route add default via fd09::2
"""

MAY = {
    "raw": ("", []),
    "datagram": (
        "sysctl -q -w net.ipv4.ping_group_range='0 0'",
        ["setpriv", "--bounding-set=-net_raw"],
    ),
    "nothing": ("", ["setpriv", "--bounding-set=-net_raw"]),
}
"""Which ICMP sockets the looks may have -> how that is set, and a program in front of them. In a
new network the kernel lets no group have the datagram ones."""


def looks_elsewhere(may: str, *looks: tuple[str, dict[str, object]]) -> list[Any]:
    """Take looks there, and return of each status, phase and detail, or the own fault's words."""
    setting, program = MAY[may]
    script = f'set -e\n{_NETWORK}\n{setting}\n"$@"'
    command = [*program, sys.executable, "-m", "tests.probes.elsewhere", json.dumps(looks)]
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script, "sh", *command],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        text=True,
        timeout=LIMIT_S,
    )
    assert not done.returncode, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


async def _main(looks: list[tuple[str, dict[str, object]]]) -> None:
    # A new interface takes a moment to find its neighbours.
    for router in ("10.9.0.2", "[fd09::2]"):
        with suppress(OwnFault), trio.fail_after(LIMIT_S / 3):
            while (await look_at(f"icmp://{router}", count=1, wait="100ms")).status != Status.UP:
                pass
    found: list[Any] = []
    for target, options in looks:
        try:
            result = await look_at(target, **options)
        except OwnFault as fault:
            found.append([fault.reason, str(fault)])
        else:
            found.append([result.status, result.phase, result.detail])
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    trio.run(_main, json.loads(sys.argv[1]))
