"""The errors cnnviz raises on purpose.

    CnnvizError
    ├── SpecError          a setting that cannot work (also a ValueError)
    ├── DataError          a data set or an image that cannot be used
    ├── RunError           a run that does not exist, is damaged, or is in the wrong state
    ├── StudyError         a search for settings that does not exist, is damaged, or is in the wrong state
    ├── StorageError       the disk said no: full, read-only, not permitted
    └── MissingExtraError  an optional package is not installed

Every message is one sentence for a person: what was given, what was expected, what to do.
"""

__all__ = ["CnnvizError", "DataError", "MissingExtraError", "RunError", "SpecError", "StorageError", "StudyError"]


class CnnvizError(Exception):
    """Base of every error that is a user's to mend; anything else is a bug of ours."""

    @property
    def sentence(self) -> str:
        """The message as a whole sentence, not escaped: a capital in front, a full stop behind."""
        text = str(self).strip() or "something went wrong"
        first = text.split(maxsplit=1)[0]
        if first.isalpha() and first.islower():  # not a name such as cifar10
            text = text[0].upper() + text[1:]
        return text if text.endswith((".", "!", "?")) else text + "."


class SpecError(CnnvizError, ValueError):
    """A setting, or a combination of settings, that cannot work."""


class DataError(CnnvizError):
    """A data set or an image that cannot be used as it is."""


class RunError(CnnvizError):
    """A run that does not exist, is damaged, or is in the wrong state for what was asked."""


class StudyError(CnnvizError):
    """A search for settings that does not exist, is damaged, or is in the wrong state for what was asked."""


class StorageError(CnnvizError):
    """The file system refused: full, read-only, or not permitted."""


class MissingExtraError(CnnvizError):
    """An optional package is needed for this command and is not installed."""
