"""Names that operators give: one line that can be typed, shown, and found again."""

from monitor.core.describe import without_password

NAME_LIMIT = 200


def check_name(name: str, limit: int = NAME_LIMIT) -> None:
    """Refuse what could not be typed again.

    Raises:
        ValueError: one sentence that says what is wrong, without the password of a URL.
    """
    if not name.strip():
        raise ValueError("is empty")
    shown = without_password(name)
    if name != name.strip():
        raise ValueError(f"{shown!r} begins or ends with a space; remove it")
    if len(name) > limit:
        raise ValueError(f"has {len(name)} characters; at most {limit} are allowed")
    if not name.isprintable():
        raise ValueError(f"{shown!r} contains a control character; remove it")
