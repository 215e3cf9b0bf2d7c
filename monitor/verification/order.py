"""What the process of step 6 is told; on its standard input, so that no password is in `ps`."""

import json
from typing import Any

import attrs

from monitor.store.address import Address, parse_address


def address_of(order: dict[str, Any]) -> Address:
    """Read the place out of an order."""
    address = parse_address(order["url"])
    return attrs.evolve(address, schema=order["schema"], application=order["application"])


def order_for(address: Address, grace_s: float) -> bytes:
    """Write an order."""
    order = {
        "url": address.url.render_as_string(hide_password=False),
        "schema": address.schema,
        "application": address.application,
        "grace_s": grace_s,
    }
    return json.dumps(order).encode()
