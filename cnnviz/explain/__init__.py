"""What a network sees: kernels, feature maps, the arithmetic of a convolution, attribution.

    from cnnviz import explain

    explain.kernels(model)                                       # (kernel height, kernel width, channels in, filters)
    explain.feature_maps(model, images)["conv2d_1"]              # (images, height, width, channels)
    explain.grad_cam(model, image)                               # (height, width) in [0, 1]
    explain.grad_cam(model, images, [3, 0])                      # (images, height, width): a class each
    explain.explain(model, image, "integrated-gradients").empty  # the record: class, score, why nothing lights up

Works on a run's model and on any Keras model of one image with 2-D convolutions: Sequential, functional, nested,
subclass. Images go in as uint8 or float arrays in 0..255, as the model takes them.

Names are imported when they are first used, because Keras takes seconds; those of `filters` need no Keras, nor does
`METHODS`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnviz.explain.methods import METHODS

_HOMES = {
    "kernels": "weights",
    "Convolution": "weights",
    "convolution_of": "weights",
    "filter_changes": "filters",
    "filter_norms": "filters",
    "similarity_order": "filters",
    "penultimate": "features",
    "LAST_MAPS": "last_maps",
    "LayerPlace": "places",
    "last_place": "places",
    "layers_of": "places",
    "forget": "compiled",
    "SEEN": "maps",
    "feature_maps": "maps",
    "network_input": "maps",
    "ConvolutionLayer": "convolution",
    "ConvolutionTerms": "convolution",
    "convolution_layer": "convolution",
    "convolution_terms": "convolution",
    "PoolingLayer": "pooling",
    "PoolingTerms": "pooling",
    "pooling_layer": "pooling",
    "pooling_terms": "pooling",
    "OutputTerms": "outputs",
    "output_terms": "outputs",
    "Box": "receptive",
    "ReceptiveField": "receptive",
    "receptive_field": "receptive",
    "Peaks": "patches",
    "StrongestPatches": "patches",
    "activation_peaks": "patches",
    "dead_filters": "patches",
    "strongest_patches": "patches",
    "Regularisation": "synthesis",
    "Synthesis": "synthesis",
    "maximise_activation": "synthesis",
    "Answers": "answers",
    "answers_of": "answers",
    "class_probabilities": "answers",
    "Heatmap": "heatmap",
    "Verdict": "heatmap",
    "Method": "methods",
    "explain": "methods",
    "explain_batch": "methods",
    "find_method": "methods",
    "RandomisationCheck": "randomised",
    "RandomisedStage": "randomised",
    "randomisation_check": "randomised",
    "rank_correlation": "randomised",
    **{method.call: method.module for method in METHODS.values()},
}

__all__ = sorted(["METHODS", *_HOMES])

if TYPE_CHECKING:
    from cnnviz.explain.answers import Answers as Answers
    from cnnviz.explain.answers import answers_of as answers_of
    from cnnviz.explain.answers import class_probabilities as class_probabilities
    from cnnviz.explain.cam import grad_cam as grad_cam
    from cnnviz.explain.cam import grad_cam_plus_plus as grad_cam_plus_plus
    from cnnviz.explain.compiled import forget as forget
    from cnnviz.explain.convolution import ConvolutionLayer as ConvolutionLayer
    from cnnviz.explain.convolution import ConvolutionTerms as ConvolutionTerms
    from cnnviz.explain.convolution import convolution_layer as convolution_layer
    from cnnviz.explain.convolution import convolution_terms as convolution_terms
    from cnnviz.explain.features import penultimate as penultimate
    from cnnviz.explain.filters import filter_changes as filter_changes
    from cnnviz.explain.filters import filter_norms as filter_norms
    from cnnviz.explain.filters import similarity_order as similarity_order
    from cnnviz.explain.gradients import saliency as saliency
    from cnnviz.explain.gradients import smooth_grad as smooth_grad
    from cnnviz.explain.heatmap import Heatmap as Heatmap
    from cnnviz.explain.heatmap import Verdict as Verdict
    from cnnviz.explain.integrated import integrated_gradients as integrated_gradients
    from cnnviz.explain.last_maps import LAST_MAPS as LAST_MAPS
    from cnnviz.explain.maps import SEEN as SEEN
    from cnnviz.explain.maps import feature_maps as feature_maps
    from cnnviz.explain.maps import network_input as network_input
    from cnnviz.explain.methods import Method as Method
    from cnnviz.explain.methods import explain as explain
    from cnnviz.explain.methods import explain_batch as explain_batch
    from cnnviz.explain.methods import find_method as find_method
    from cnnviz.explain.occluding import occlusion as occlusion
    from cnnviz.explain.outputs import OutputTerms as OutputTerms
    from cnnviz.explain.outputs import output_terms as output_terms
    from cnnviz.explain.patches import Peaks as Peaks
    from cnnviz.explain.patches import StrongestPatches as StrongestPatches
    from cnnviz.explain.patches import activation_peaks as activation_peaks
    from cnnviz.explain.patches import dead_filters as dead_filters
    from cnnviz.explain.patches import strongest_patches as strongest_patches
    from cnnviz.explain.places import LayerPlace as LayerPlace
    from cnnviz.explain.places import last_place as last_place
    from cnnviz.explain.places import layers_of as layers_of
    from cnnviz.explain.pooling import PoolingLayer as PoolingLayer
    from cnnviz.explain.pooling import PoolingTerms as PoolingTerms
    from cnnviz.explain.pooling import pooling_layer as pooling_layer
    from cnnviz.explain.pooling import pooling_terms as pooling_terms
    from cnnviz.explain.randomised import RandomisationCheck as RandomisationCheck
    from cnnviz.explain.randomised import RandomisedStage as RandomisedStage
    from cnnviz.explain.randomised import randomisation_check as randomisation_check
    from cnnviz.explain.randomised import rank_correlation as rank_correlation
    from cnnviz.explain.receptive import Box as Box
    from cnnviz.explain.receptive import ReceptiveField as ReceptiveField
    from cnnviz.explain.receptive import receptive_field as receptive_field
    from cnnviz.explain.synthesis import Regularisation as Regularisation
    from cnnviz.explain.synthesis import Synthesis as Synthesis
    from cnnviz.explain.synthesis import maximise_activation as maximise_activation
    from cnnviz.explain.weights import Convolution as Convolution
    from cnnviz.explain.weights import convolution_of as convolution_of
    from cnnviz.explain.weights import kernels as kernels


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnviz.explain' has no attribute {name!r}")
    return getattr(import_module(f"cnnviz.explain.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
