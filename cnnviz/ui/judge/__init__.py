"""The pages under Judge, and what they share: their bar, and what they read of a run."""
