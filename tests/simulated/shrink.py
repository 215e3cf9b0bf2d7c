"""A smaller life that fails as a large one did: fewer faults, fewer tasks, less time."""

from collections.abc import Callable, Iterator

import attrs

from tests.simulated.setting import Setting

Fails = Callable[[Setting], bool]


def shrink(
    setting: Setting, fails: Fails, tell: Callable[[Setting], None] = lambda _smaller: None
) -> Setting:
    """Return the smallest life found that still fails; `tell` hears of each smaller one.

    What happens in a life is drawn for each kind of fault and each task for itself, so leaving one
    out leaves the others as they were.
    """
    smallest = setting
    while True:
        smaller = next((one for one in _smaller(smallest) if fails(one)), None)
        if smaller is None:
            return smallest
        smallest = smaller
        tell(smallest)


def _smaller(setting: Setting) -> Iterator[Setting]:
    """Yield lives that are a step smaller, those that save most first."""
    stops_at = setting.days if setting.stops_at is None else setting.stops_at
    for share in (0.5, 0.8, 0.95):
        if stops_at > 1.0:
            yield attrs.evolve(setting, stops_at=round(share * stops_at, 2))
    for share in (0.25, 0.5, 0.8):
        kept = int(share * setting.present)
        if 1 <= kept < setting.present:
            yield attrs.evolve(setting, kept=kept)
    for fault in sorted(setting.faults):
        yield attrs.evolve(setting, faults=setting.faults - {fault})
