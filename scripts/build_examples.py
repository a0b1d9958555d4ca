#!/usr/bin/env python3
"""Build the example photos of the Classify page from those that scikit-image carries.

    pip install scikit-image        for this script only
    python scripts/build_examples.py

Each is made smaller and saved as a JPEG of at most 60 kB; where they come from and what may be done with them stands
in cnnviz/assets/examples/README.md.
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.data.example_photos import EXAMPLES, EXAMPLES_FOLDER
from cnnviz.files import write_atomically

LARGEST_SIDE = 560  # pixels: as large as the page shows them
MOST_BYTES = 60_000
QUALITIES = range(92, 60, -1)


def encoded(pixels: np.ndarray) -> bytes:
    """Return a JPEG, as good as fits."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise SystemExit(f"error: the photo does not fit {MOST_BYTES:,} bytes; choose a smaller side")


def main() -> int:
    """Build them; see the top of this file."""
    try:
        from skimage import data
    except ImportError:
        print("error: this needs scikit-image; install it with `pip install scikit-image`", file=sys.stderr)
        return 2
    for example in EXAMPLES:
        content = encoded(getattr(data, example.name)())
        write_atomically(EXAMPLES_FOLDER / example.file, content)
        print(f"{example.file}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
