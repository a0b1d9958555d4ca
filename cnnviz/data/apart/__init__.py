"""Decoding in a process of its own, for formats whose decoders nothing but the system can bound."""

from cnnviz.data.apart.asking import Bounds, Decoded, FailedError, decoded_apart

__all__ = ["Bounds", "Decoded", "FailedError", "decoded_apart"]
