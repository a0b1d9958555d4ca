"""The Tune page: set a search for settings up, follow it, and use what it found."""
