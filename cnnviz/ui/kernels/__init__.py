"""The Kernels page: the wall of kernels, and what is known of the one that is clicked."""
