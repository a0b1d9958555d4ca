"""The Report page: how good a network is, how sure that is, and what it confuses."""
