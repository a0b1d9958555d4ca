"""The Attribution page: which parts of an image speak for a class, by several methods side by side."""
