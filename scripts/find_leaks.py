#!/usr/bin/env python3
"""Find which test images of the published data sets are among their training images, for those who cannot wait.

    python scripts/find_leaks.py [--home DIR]           writes cnnviz/assets/leaks.json
    python scripts/find_leaks.py [--home DIR] --check   compares it with the data sets, writes nothing

Looks through the embedded sample, and for some minutes through CIFAR-10 where that is in the home
(`cnnviz data get cifar10`).
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.data import list_datasets, load_dataset
from cnnviz.data.findings import examine
from cnnviz.data.findings.kept import KNOWN_LEAKS
from cnnviz.files import write_atomically

NAMES = ("cifar10-sample", "cifar10")


def tell(done: int, of: int) -> None:
    """Show progress on one line."""
    print(f"\r{100 * done // of} %", end="", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="where the full set is; else CNNVIZ_HOME, else ~/.cnnviz")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    known = json.loads(KNOWN_LEAKS.read_text()) if KNOWN_LEAKS.exists() else {}
    here = {info.name for info in list_datasets(options.home) if info.available}
    found = {}
    for name in filter(here.__contains__, NAMES):
        found[name] = examine(load_dataset(name, options.home), tell).leaked.tolist()
        print(f"{name}: {len(found[name]):,} test images are among the training images")
    if options.check:
        different = [name for name in found if known.get(name) != found[name]]
        for name in different:
            print(f"{name} differs from {KNOWN_LEAKS}", file=sys.stderr)
        return 1 if different else 0
    content = json.dumps({**known, **found}, separators=(",", ":")) + "\n"
    write_atomically(KNOWN_LEAKS, content.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
