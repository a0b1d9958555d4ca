"""Opening many strangers' models for the price of importing TensorFlow once.

    python -m tests.adoption.opener

imports what the process that opens a model imports, then forks one for each line of standard input, a JSON list of that
process's arguments, and tells its exit status. So each model still has a process of its own, with all its limits.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnnviz.adoption import asking, child
from tests.dashboard import ROOT

__all__ = ["Asked", "forking"]

Asked = Callable[..., dict[str, Any]]


@contextmanager
def forking() -> Iterator[Asked]:
    """Give what takes the place of `sandbox.asked`; what looks at HDF5 files first is started as it is."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as opener:

        def asked(command: list[str], path: Path, answer: Path, shown: str, patience_s: float, on_wait: Any) -> Any:
            if child.__name__ not in command:
                return asking.asked(command, path, answer, shown, patience_s, on_wait)
            assert opener.stdin is not None
            assert opener.stdout is not None
            opener.stdin.write(json.dumps(command[command.index(child.__name__) + 1 :]) + "\n")
            opener.stdin.flush()
            assert opener.stdout.readline() == "0\n", shown
            values = json.loads(answer.read_text(encoding="utf-8"))
            assert not values.get("problem"), values
            return values

        yield asked


def main() -> None:
    """Fork, wait, tell."""
    import h5py  # noqa: F401 - what the forked processes need
    from keras.src.legacy.saving import legacy_h5_format  # noqa: F401

    from cnnviz.adoption import looking  # noqa: F401

    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _open(json.loads(line))
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _open(arguments: list[str]) -> None:
    sys.argv[1:] = arguments
    try:
        child.main()
    except BaseException:  # noqa: BLE001 - the process ends here, whatever happens
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
