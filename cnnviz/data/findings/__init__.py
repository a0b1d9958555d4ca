"""What is wrong with a data set: copies, leakage, images that show little, classes that cannot be learned."""

from cnnviz.data.findings.examining import Examined, examine, without
from cnnviz.data.findings.kept import AT_ONCE, keep_examined, kept_examined, known_leaks, look_through
from cnnviz.data.findings.records import Finding, Kind, Place, SplitName, places_of

__all__ = [
    "AT_ONCE",
    "Examined",
    "Finding",
    "Kind",
    "Place",
    "SplitName",
    "examine",
    "keep_examined",
    "kept_examined",
    "known_leaks",
    "look_through",
    "places_of",
    "without",
]
