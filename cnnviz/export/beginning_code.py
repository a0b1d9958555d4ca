"""A network that a run begins with as plain code: opened from the run's folder, cut into a body and a head, frozen.

The same as `cnnviz.training.parts` and, where all of the body is frozen, as `cnnviz.training.remembering`.
"""

from pathlib import Path

from cnnviz.export.augment_code import augment_code
from cnnviz.export.literals import beside_or_there, dict_literal, literal
from cnnviz.runs.weights import BEGINNING, NETWORK
from cnnviz.spec import RunSpec

__all__ = ["beginning_settings", "body_code", "features_code", "slower", "slower_code"]

_OPENED = f'''\
def opened(folder):
    """Return the network as it was before the first step: its layers, and all weights by their paths."""
    found = keras.models.model_from_json((folder / "{NETWORK}").read_text(encoding="utf-8"))
    with np.load(folder / "{BEGINNING}") as weights:
        for weight in found.weights:
            weight.assign(weights[weight.path])
    return found


'''

_CUT = """\
network = opened(NETWORK)
{learning}inputs, outputs = network.inputs[0], network.outputs[0]
features = network.get_layer({first}).input  # what is below it, the body, was taken over
body, head = keras.Model(inputs, features), keras.Model(features, outputs)
{fixed}{model}network.summary()
"""

_FROZEN = """\
body.trainable = False
model = head  # all that learns; it gets what the body makes of the images
"""

_SHARES = """\
# what share of the learning rate the layers of the body take, 0 where they are frozen; the others take all of it
SHARES = {shares}


"""
_BY_SHARES = """\
for layer in network.layers:
    layer.trainable = SHARES.get(layer.name, 1) > 0
"""

_BEGUN = '''

class Begun(keras.Model):
    """The network while it learns: its body works as in use, without dropout and with the statistics that it knows."""

    def __init__(self):
        super().__init__()
        self.body, self.head = body, head

    def call(self, images, training=None):
        return self.head(self.body(images, training=False), training=training)


model = Begun()
'''

_FEATURES = """\
train_features = body.predict(x_train, batch_size=32)
"""
_FEATURES_OF_VALIDATION = """\
val_features = body.predict(x_val, batch_size=32)
"""

_COPIES = '''

def changed(copy):
    """Return what the body makes of a changed copy of each training image."""
    found, seeds = [], np.random.default_rng([SEED, 3, copy])
    for start in range(0, len(x_train), 32):  # so many are changed with one seed
        images = x_train[start : start + 32].astype(np.float32)
        images = augment(images, tf.constant(seeds.integers(0, 2**31, 2), tf.int32)).numpy()
        found.append(body.predict_on_batch(images))
    return np.concatenate(found)


train_features = np.stack([train_features, *map(changed, range(COPIES))], axis=1)
'''

_SLOWER = '''\
class Slower(__base__):
    """Of each step the layers of the body go the share that is theirs (Howard and Ruder 2018)."""

    def apply(self, grads, trainable_variables=None):
        slow = [(variable, SHARES.get(variable.path.split("/")[0], 1)) for variable in trainable_variables]
        slow = [(variable, share, keras.ops.copy(variable)) for variable, share in slow if share < 1]
        super().apply(grads, trainable_variables)
        for variable, share, before in slow:
            variable.assign(before + share * (variable - before))


'''


def beginning_settings(spec: RunSpec, folder: Path) -> str:
    """Return the settings that the other code here reads, as code.

    Args:
        spec: of a run that begins with a network.
        folder: the run's, which holds that network.
    """
    lines = beside_or_there("NETWORK", folder, f"{NETWORK}, {BEGINNING}", folder=True)
    if spec.copies:
        lines.append(f"COPIES = {spec.copies}  # changed ones of each training image")
    return "\n".join(lines) + "\n"


def body_code(spec: RunSpec) -> str:
    """Return the code that makes `network`, its `body` and `head`, and `model`, which learns.

    Where all of the body is frozen the model is the head, which takes features; else it takes images.
    """
    model, table, learning = _FROZEN, "", ""
    if not spec.computes_once:
        model, learning = _BEGUN, "network.trainable = True\n"
        if shares := _shares(spec):
            table, learning = _SHARES.format(shares=dict_literal(shares)), _BY_SHARES
    fixed = (f"head.get_layer({literal(name)}).kernel.trainable = False\n" for name in spec.model.frozen_convolutions)
    first = literal(spec.model.named_layers[0][0])
    return table + _OPENED + _CUT.format(learning=learning, first=first, fixed="".join(fixed), model=model)


def features_code(spec: RunSpec) -> str:
    """Return the code of what a frozen body makes of the images: `train_features`, `val_features`."""
    copies = spec.copies
    return "".join(
        (
            augment_code(spec.train.augmentation) if copies else "",
            _FEATURES,
            _FEATURES_OF_VALIDATION if spec.data.validation else "",
            _COPIES if copies else "",
        )
    )


def slower(spec: RunSpec) -> bool:
    """Whether some layers take a share of the learning rate, neither nothing nor all of it."""
    return any(share > 0 for share in _shares(spec).values()) and not spec.computes_once


def slower_code(base: str) -> str:
    """Return the code of an optimizer that obeys `SHARES`.

    Args:
        base: the optimizer that it is otherwise.
    """
    return _SLOWER.replace("__base__", base)


def _shares(spec: RunSpec) -> dict[str, float]:
    """Return what share of the learning rate the layers with weights take that do not take all of it."""
    shares = {row.name: spec.rate_shares.get(row.name, 1) for row in spec.model.below if row.parameters}
    return {name: share for name, share in shares.items() if share < 1}
