"""What an operator asked for and cannot have; what values refuse is in `core.probing`."""


class Unfit(Exception):
    """It cannot be done as it was asked for.

    Args:
        field: what has to be said differently, as commands name it without its dashes (`task`,
            `for`); empty: the request as a whole.
        message: what was found and what to say instead; one sentence, without secrets.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"--{field}: {message}" if field else message)
        self.field = field
        self.message = message


class NotThere(Unfit):
    """There is nothing of the name or number that was asked for."""

    def __init__(self, message: str) -> None:
        super().__init__("", message)


class Taken(Unfit):
    """What is there already is in the way."""

    def __init__(self, message: str) -> None:
        super().__init__("", message)
