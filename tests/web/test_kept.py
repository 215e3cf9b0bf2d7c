"""What is kept of late, up to a number."""

from monitor.web.kept import Kept


def test_what_was_kept_longest_ago_goes_first_and_what_is_kept_again_is_new_again() -> None:
    kept = Kept[str, int](2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    assert 3 == kept.keep("a", 3)
    kept.keep("c", 4)
    assert {"a": 3, "c": 4} == kept
