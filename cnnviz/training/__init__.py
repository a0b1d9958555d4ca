"""Training: in this process (`cnnviz.train`), or in a worker process that nothing a browser does can stop.

What is named here imports no Keras: a page may call it and answer at once.
"""

from cnnviz.training.launcher import ensure_worker, resume, start, stop, warm_up
from cnnviz.training.queue import waiting_before
from cnnviz.training.reopen import RESUMABLE, can_resume

__all__ = ["RESUMABLE", "can_resume", "ensure_worker", "resume", "start", "stop", "waiting_before", "warm_up"]
