"""What people have: folders, archives, tables and arrays of labelled pictures. A module understands each."""

from cnnviz.data.sources.understood import PARTS, Colour, Fit, Keeping, Part, Pictures, Reading, Understood

__all__ = ["PARTS", "Colour", "Fit", "Keeping", "Part", "Pictures", "Reading", "Understood"]
