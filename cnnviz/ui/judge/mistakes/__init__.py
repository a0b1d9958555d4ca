"""The Mistakes page: a gallery of test images by what the network made of them, and an inspector for one of them."""

from cnnviz.ui.judge.mistakes.page import show_mistakes
from cnnviz.ui.judge.mistakes.view import mistakes_link

__all__ = ["mistakes_link", "show_mistakes"]
