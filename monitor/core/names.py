"""Names that operators give: one line that can be typed, shown, and found again."""

from monitor.core.tasks import NAME_LIMIT


def check_name(name: str) -> None:
    """Refuse what could not be typed again.

    Raises:
        ValueError: one sentence that says what is wrong.
    """
    if not name.strip():
        raise ValueError("is empty")
    if name != name.strip():
        raise ValueError(f"{name!r} begins or ends with a space; remove it")
    if len(name) > NAME_LIMIT:
        raise ValueError(f"has {len(name)} characters; at most {NAME_LIMIT} are allowed")
    if not name.isprintable():
        raise ValueError(f"{name!r} contains a control character; remove it")
