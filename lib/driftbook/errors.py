"""The errors a user can cause, each saying what was given, what was expected and what to do."""


class DriftbookError(Exception):
    """Base of every error driftbook raises on purpose."""


class BadInput(DriftbookError):
    """A parameter, a params file or an environment variable that cannot be used."""


class BadData(DriftbookError):
    """A source file that is missing, cut short, or lacks or mistypes a column."""


class ModelUnavailable(DriftbookError):
    """A model that was not trained yet, or whose files changed since its manifest was written."""


class DatabaseUnavailable(DriftbookError):
    """A database that is down or refuses the login. The message never holds the password.

    Attributes
    ----------
    may_pass
        Whether it was there before, or is coming: the same again may work in a moment.
    """

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class RunFailed(DriftbookError):
    """A notebook that ended without reaching its last cell or without its rows in the database."""
