"""A house; a test in which time passes asks for `autojump_clock` itself."""

from collections.abc import Callable
from typing import Any

import pytest

from monitor.core.access.options import AccessOptions
from monitor.store.memory import MemoryStore
from tests.core.scene import Machine
from tests.web.access.house import Caller, House

MakeHouse = Callable[..., House]


@pytest.fixture
def make_house() -> MakeHouse:
    def make(**options: Any) -> House:
        clock = Machine().clock()
        return House(MemoryStore(clock.now), clock, AccessOptions(**options))

    return make


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """A house without users."""
    return make_house()


@pytest.fixture
def browser(house: House) -> Caller:
    return house.caller()
