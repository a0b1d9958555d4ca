"""Beginning: a network that another one begins with, and what of it learns on."""

from typing import Literal

from pydantic import Field

from cnnviz.spec.base import Settings

__all__ = ["ALL", "NONE", "Beginning"]

ALL, NONE = "all", "none"


class Beginning(Settings):
    """What a run begins with instead of random weights.

    The layers below the other network's last one with weights are taken over as they are, its body; what comes after
    them, the head, is made for the new classes (Yosinski et al. 2014). A body always works as it does when it is used:
    its batch normalisations keep their means and variances, and nothing drops out in it, since some hundred images say
    less of them than what it was trained on.

    Attributes:
        network: the id of the run that it begins with.
        title: what that was called.
        digest: of its weights, so that the same settings are the same run; empty takes them as they are.
        frozen: which of the body's layers do not learn: "all", "none", or those up to one of this name, it included.
        head: "new" begins with random weights; "kept" with those of the other network, for the same classes.
        copies: with all frozen, what the body makes of an image is computed once, and of this many changed copies of
            it where images are augmented: the head then learns from one or the other at random.
        early_rate: where the body learns, the learning rate of its first layer as a share of the head's; the layers
            between have rates between (Howard and Ruder 2018).
    """

    network: str = Field(min_length=1, max_length=200)
    title: str = Field(default="", max_length=80)
    digest: str = Field(default="", pattern=r"^[0-9a-f]{0,64}$")
    frozen: str = Field(default=ALL, min_length=1, max_length=500)
    head: Literal["new", "kept"] = "new"
    copies: int = Field(default=4, ge=0, le=100)
    early_rate: float = Field(default=0.1, gt=0, le=1)

    @property
    def frozen_in_words(self) -> str:
        """What of the body is frozen: "all", "none", "up to conv2d_2"."""
        return self.frozen if self.frozen in (ALL, NONE) else f"up to {self.frozen}"
