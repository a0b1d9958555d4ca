"""The Models page: a run's network as files for elsewhere, and networks from elsewhere as runs."""
