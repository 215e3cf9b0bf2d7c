"""The phrases of all pages in Russian, by their English."""

RUSSIAN: dict[str, str] = {}
