from tests.look_fixtures import looked_at, trained_home

__all__ = ["looked_at", "trained_home"]
