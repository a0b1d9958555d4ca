"""A run's network behind HTTP: quick to start, without TensorFlow, careful with strangers."""

from cnnviz.serving.engine import Card, Engine, OnnxEngine
from cnnviz.serving.limits import Limits
from cnnviz.serving.opening import engine_of

__all__ = ["Card", "Engine", "Limits", "OnnxEngine", "engine_of"]
