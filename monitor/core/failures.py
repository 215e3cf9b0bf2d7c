"""What stores raise: who was asked, and what that means for those who asked."""


class StoreError(Exception):
    """The database did not do what it was asked; the subclass says what that means."""


class DatabaseAway(StoreError):
    """The database cannot be reached now. Nothing was changed; trying again later may help."""


class OutcomeUnknown(DatabaseAway):
    """The connection broke before the answer: the change may or may not have been made.

    Repeating is right for what is idempotent, and all records are.
    """


class StoreRefused(StoreError):
    """The database answered and said no (constraint, type, permission): repeating does not help."""


class SchemaMismatch(StoreError):
    """The database's schema is not the one this program works with; the message says what to do."""


class DuplicateName(StoreRefused):
    """A task of that name exists already."""


class AlreadyDone(StoreRefused):
    """What was asked for with a key has just been done, with the same key, by somebody else."""


class NoSuchTask(StoreRefused):
    """No task has that name or id."""


class SessionBusyError(RuntimeError):
    """A session was used by somebody who does not own it, or twice at once.

    A bug of the caller, found before it can harm: the connection was not touched.
    """
