"""A whitening first layer as plain code, the same as `cnnviz.training.whitening`."""

from cnnviz.spec import Convolution, ModelSpec

__all__ = ["whitening_code"]


def whitening_code(spec: ModelSpec) -> str:
    """Return the code that sets a first layer's whitened kernels; it needs what `network_code` makes, and `x_train`."""
    first = spec.layers[0] if spec.layers else None
    if not isinstance(first, Convolution) or first.initial != "whitened":
        return ""
    name = spec.names[0]
    bias = f'model.get_layer("{name}").bias.assign(bias)\n' if first.bias else ""
    return _WHITENING + _WHITENED.format(size=first.kernel_size, filters=first.filters, name=name) + bias


_WHITENING = '''\
def whitened(images, size, filters):
    """Return kernels whose outputs are uncorrelated and of one variance, and the bias that makes their mean 0."""
    images = images[:: max(1, len(images) // 5000)][:5000]
    patches = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    width = size * size * images.shape[-1]
    total, products = np.zeros(width), np.zeros((width, width))
    for part in patches:
        rows = part.transpose(0, 1, 3, 4, 2).reshape(-1, width) / 255
        total, products = total + rows.sum(axis=0), products + rows.T @ rows
    count = len(images) * patches.shape[1] * patches.shape[2]
    mean = total / count
    covariance = products / count - np.outer(mean, mean)
    variances, directions = np.linalg.eigh(covariance)
    most = -(-filters // 2)
    variances, directions = variances[::-1][:most], directions[:, ::-1][:, :most]
    directions = directions * np.sign(np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0))
    floor = max(5e-4 * np.trace(covariance) / width, 1e-12)
    kernels = directions / np.sqrt(np.maximum(variances, 0) + floor)
    kernels = np.concatenate([kernels, -kernels], axis=1)[:, :filters]
    return kernels.reshape(size, size, -1, filters), -mean @ kernels


'''

_WHITENED = """\
kernels, bias = whitened(x_train, {size}, {filters})
model.get_layer("{name}").kernel.assign(kernels)
"""
