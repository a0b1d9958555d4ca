"""Records to pictures: Plotly figures and uint8 images. Knows neither Keras nor Streamlit."""

from cnnviz.figures.curves import in_words, learning_rate, loss_and_accuracy
from cnnviz.figures.guesses import Guess, guesses, percent
from cnnviz.figures.learning_curve import Curve, curve
from cnnviz.figures.mosaic import Mosaic, kernel_mosaic
from cnnviz.figures.pictures import data_url, sprite, to_png
from cnnviz.figures.theme import Mode, class_colors, palette, template

__all__ = [
    "Curve",
    "Guess",
    "Mode",
    "Mosaic",
    "class_colors",
    "curve",
    "data_url",
    "guesses",
    "in_words",
    "kernel_mosaic",
    "learning_rate",
    "loss_and_accuracy",
    "palette",
    "percent",
    "sprite",
    "template",
    "to_png",
]
