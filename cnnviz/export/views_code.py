"""Measuring with several views of each image as plain code, the same as `cnnviz.data.views`."""

__all__ = ["views_code"]

_CODE = '''\
def views(images):
    """Yield each image in several views, with the view's weight."""
    {views}


said = sum(weight * {model}.predict(view, batch_size=100, verbose=0) for weight, view in views(x_test))
winners = said[:, 0] > 0.5 if said.shape[1] == 1 else said.argmax(axis=1)
print(f"test accuracy over {count} views of each image {{(winners == y_test).mean():.1%}}")
'''

_TWO = """\
yield 0.5, images
    yield 0.5, images[:, :, ::-1]"""

_SIX = """\
yield 0.25, images
    yield 0.25, images[:, :, ::-1]
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    for corner in (2, 0):  # moved up and left, and down and right
        moved = padded[:, corner : corner + height, corner : corner + width]
        yield 0.125, moved
        yield 0.125, moved[:, :, ::-1]"""


def views_code(count: int, model: str = "model") -> str:
    """Return the code that prints the accuracy over several views; it needs the model, `x_test`, `y_test` and `np`.

    Args:
        count: 2 or 6.
        model: the name of the one that takes images.
    """
    return _CODE.format(views=_SIX if count == 6 else _TWO, count=count, model=model)
