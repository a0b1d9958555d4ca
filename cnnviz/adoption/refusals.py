"""What a file leaves open that a person can say; whoever asks catches these, everybody else has the sentence."""

from cnnviz.errors import DataError

__all__ = ["OpenSizeError", "WeightsAloneError"]


class OpenSizeError(DataError):
    """The network takes images of any size."""


class WeightsAloneError(DataError):
    """The file holds weights and no network."""
