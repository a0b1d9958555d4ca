"""Keras comes without scikit-learn and pandas, which stay there for everybody else."""

import subprocess
import sys
from pathlib import Path

ALONE = """
import sys
import cnnviz.models
assert "keras" in sys.modules
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"sklearn", "pandas"}), "|")
import sklearn.metrics, pandas
from sklearn.decomposition import PCA
print(PCA.__name__, len(sys.meta_path) == len([one for one in sys.meta_path if "cnnviz" not in type(one).__module__]))
"""
MEANWHILE = """
import threading
from cnnviz import keras_private
found = []
def other():
    import sklearn
    found.append(sklearn.__name__)
with keras_private._hidden():
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    try:
        import sklearn.base
    except ModuleNotFoundError as error:
        found.append(error.name)
print(*found)
"""


NEEDED = """
import sys
from cnnviz import keras_private
class Needs:
    def find_spec(self, name, path=None, target=None):
        if name == "keras":
            import sklearn.base  # as a Keras that cannot do without it
asked = Needs()
sys.meta_path.insert(0, asked)
keras_private.import_keras()
print("keras" in sys.modules)
"""


def output_of(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_keras_brings_neither_and_hides_neither() -> None:
    assert output_of(ALONE).splitlines() == ["|", "PCA True"]


def test_another_thread_finds_it_meanwhile() -> None:
    assert output_of(MEANWHILE).split()[0] == "sklearn"


def test_a_keras_that_needs_it_gets_it() -> None:
    assert output_of(NEEDED).split() == ["True"]
