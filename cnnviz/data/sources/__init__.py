"""What people have: folders, archives, tables and arrays of labelled pictures. A module understands each.

A new form is a module with `recognises` and `understand` (see `cnnviz.data.sources.recognising.Form`) and its place in
`cnnviz.data.sources.recognising.FORMS`.
"""

from cnnviz.data.sources.recognising import understand
from cnnviz.data.sources.understood import (
    PARTS,
    Colour,
    Fit,
    Keeping,
    Part,
    Pictures,
    Reading,
    Understood,
    renamed,
)

__all__ = ["PARTS", "Colour", "Fit", "Keeping", "Part", "Pictures", "Reading", "Understood", "renamed", "understand"]
