"""A Ray cluster in place of this machine's worker processes: the same runs, in the same folders.

Ray places what is asked for, lets it wait, and begins it anew on another node when one dies; a run then goes on from
its newest checkpoint. The home must be a folder that all nodes see under the same path.
"""

from cnnviz.cluster.connecting import CLUSTER_VARIABLE, Cluster, cluster_address, connect
from cnnviz.cluster.workers import ClusterWorkers

__all__ = ["CLUSTER_VARIABLE", "Cluster", "ClusterWorkers", "cluster_address", "connect"]
