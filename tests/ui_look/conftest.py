from tests.look_fixtures import looked_at, no_bundled_runs, trained_home

__all__ = ["looked_at", "no_bundled_runs", "trained_home"]
