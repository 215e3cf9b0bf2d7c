"""What somebody may do."""

from enum import IntEnum


class Role(IntEnum):
    """What somebody may do; whoever may do more may do less."""

    VIEWER = 1
    """See everything but secrets."""
    EDITOR = 2
    """Change tasks, alerts and incidents."""
    ADMIN = 3
    """Change users, tokens, channels and settings."""

    @property
    def word(self) -> str:
        """The role as it is written."""
        return self.name.lower()


def read_role(word: str) -> Role:
    """Read a role.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        return Role[word.upper()]
    except KeyError:
        there_are = ", ".join(role.word for role in Role)
        raise ValueError(f"there is no role {word!r}; use one of {there_are}") from None


def least(word: str) -> Role:
    """Return the stored role; a word that a later program wrote gives the least."""
    return Role.__members__.get(word.upper(), Role.VIEWER)
