"""The replay of a run: everything that changed while it learned, one frame a snapshot, on scales that hold still.

from cnnviz.replay import image_replay, replay

frames = replay(run, labels)            # kernels, curves, confusion: files and arithmetic, no Keras
seen = image_replay(run, image)         # feature maps, probabilities, heatmaps of one image: needs Keras
"""

from cnnviz.replay.frames import MOST_FRAMES, choose_frames
from cnnviz.replay.image import ImageReplay, MapsReplay, ReplayModels, image_replay, map_layers
from cnnviz.replay.run import Replay, replay

__all__ = [
    "MOST_FRAMES",
    "ImageReplay",
    "MapsReplay",
    "Replay",
    "ReplayModels",
    "choose_frames",
    "image_replay",
    "map_layers",
    "replay",
]
