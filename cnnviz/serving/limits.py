"""What one request may ask for, and all of them together."""

from pydantic import Field

from cnnviz.spec import Settings

__all__ = ["Limits"]


class Limits(Settings):
    """Limits of the HTTP server.

    Attributes:
        most_bytes: of a request's body; a telephone's photo has some four million.
        most_photos: in one request.
        most_held_bytes: of the bodies of all requests that are under way; more are told to come again later.
        most_waiting: requests that wait for the network; more are told to come again later.
        most_connections: at once; more are told to come again later.
        receive_s: seconds for a request to arrive.
        answer_s: seconds to answer it.
        most_top: classes of one answer.
    """

    most_bytes: int = Field(default=32 * 2**20, ge=1024, le=2**31)
    most_photos: int = Field(default=64, ge=1, le=4096)
    most_held_bytes: int = Field(default=512 * 2**20, ge=1024, le=2**40)
    most_waiting: int = Field(default=256, ge=1, le=100_000)
    most_connections: int = Field(default=512, ge=1, le=100_000)
    receive_s: float = Field(default=20.0, gt=0, le=3600)
    answer_s: float = Field(default=30.0, gt=0, le=3600)
    most_top: int = Field(default=100, ge=1, le=10_000)
