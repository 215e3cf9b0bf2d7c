"""The rule of groups: what is known of the members decides, and what is not never condemns."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.group import ALL, Member, Need, Standing, Unit, sum_up
from monitor.core.model import Status

LETTERS = {
    "u": Status.UP,
    "g": Status.DEGRADED,
    "d": Status.DOWN,
    "?": Status.UNKNOWN,
    "p": Status.PENDING,
    "r": Status.UNREACHABLE,
    "z": Status.PAUSED,
    "m": Status.MAINTENANCE,
}
HALF = Need(0.5, Unit.SHARE)


def group(letters: str, need: Need = ALL) -> Standing:
    """Sum up members written as one letter each."""
    return sum_up((Member(f"{n}", LETTERS[one]) for n, one in enumerate(letters)), need)


@pytest.mark.parametrize(
    ("shown", "members", "need", "example"),
    [
        ("u", "uuu", ALL, "all are well"),
        ("g", "ugu", ALL, "as the worst"),
        ("d", "ugd", ALL, "as the worst"),
        ("?", "uu?", ALL, "who knows"),
        ("?", "ug?", ALL, "it may be down"),
        ("d", "?d?", ALL, "one is certainly down"),
        ("?", "pru", ALL, "not yet known, or unreachable, is not known"),
        ("u", "uzm", ALL, "who is paused or in maintenance does not count"),
        ("?", "zm", ALL, "nobody counts"),
        ("?", "", ALL, "nobody is there"),
        ("u", "udd", Need(1), "one is enough"),
        ("u", "u??", Need(1), "whatever the others do"),
        ("g", "gdd", Need(1), "one that works somehow"),
        ("d", "ddd", Need(1), "none is"),
        ("?", "dd?", Need(1), "there may be one"),
        ("?", "gd?", Need(1), "it may be better than it seems"),
        ("u", "uudd", HALF, "half of four"),
        ("d", "uddd", HALF, "one of four"),
        ("d", "udd", HALF, "a third is no half"),
        ("u", "uz", Need(2), "no more is needed than there can be"),
    ],
)
def test_readable_examples(shown: str, members: str, need: Need, example: str) -> None:
    assert LETTERS[shown] is group(members, need).status, example


def test_members_may_weigh_more_than_others() -> None:
    main, spare = Member("main", Status.DOWN, 3.0), Member("spare", Status.UP, 1.0)
    assert Status.DOWN is sum_up([main, spare], Need(2)).status
    assert Status.UP is sum_up([main, spare], Need(0.25, Unit.SHARE)).status
    tenths = [Member(str(n), Status.UP, 0.1) for n in range(3)]
    assert Status.UP is sum_up(tenths, Need(0.3)).status


def test_it_says_who_is_how() -> None:
    standing = group("ud?zp", Need(2))
    assert standing.by_status == {
        Status.UP: ["0"],
        Status.DOWN: ["1"],
        Status.UNKNOWN: ["2", "4"],
        Status.PAUSED: ["3"],
    }
    assert (2.0, 4.0) == (standing.needed, standing.total)


needs = st.just(ALL) | st.builds(Need, st.integers(1, 4)) | st.just(HALF)


@given(st.text("ugd?prz", max_size=6), needs)
def test_it_claims_only_what_holds_whatever_the_unknown_members_do(
    members: str, need: Need
) -> None:
    claimed = group(members, need).status
    unknown = [n for n, letter in enumerate(members) if letter in "?pr"]
    possible = set()
    for fates in product("ugd", repeat=len(unknown)):
        known = list(members)
        for n, fate in zip(unknown, fates, strict=True):
            known[n] = fate
        possible.add(group("".join(known), need).status)
    assert claimed is (possible.pop() if len(possible) == 1 else Status.UNKNOWN)


@given(st.text("ugd?prz", max_size=6), needs, st.randoms(use_true_random=False))
def test_the_order_of_the_members_does_not_matter(members: str, need: Need, chance: object) -> None:
    shuffled = list(members)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert group(members, need).status is group("".join(shuffled), need).status
