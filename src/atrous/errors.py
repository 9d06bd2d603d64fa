"""What can go wrong, in the words of the person at the keyboard.

Every error that Atrous raises on purpose is an :class:`AtrousError`. Its text is one line that
names the file (or the value), what is wrong with it and how to mend it, so that the command line
can print it as it stands.
"""


class AtrousError(Exception):
    """Something went wrong that the caller can mend; the text says how."""


class PictureError(AtrousError):
    """A picture cannot be read: missing, truncated, too large or not a picture."""


class OutputError(AtrousError):
    """A result cannot be written: the folder is unwritable or full, or two results collide."""


class ModelError(AtrousError):
    """A model is unknown, or its file is truncated, has no card or a card that does not fit."""


class DataError(AtrousError):
    """A data set folder does not hold what it should."""


class SettingError(AtrousError, ValueError):
    """An environment variable holds what cannot be used."""


class MissingExtraError(AtrousError, ImportError):
    """A feature needs a package that the base install leaves out."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is not installed: it comes with an extra, pip install 'atrous[{extra}]'"
        )
