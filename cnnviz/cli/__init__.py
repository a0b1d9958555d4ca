"""The command line: `cnnviz`, the same as `python -m cnnviz`.

Nothing heavy is imported before a command runs, so that `--help` answers at once.
"""

from cnnviz.cli.application import app
from cnnviz.cli.entry import main

__all__ = ["app", "main"]
