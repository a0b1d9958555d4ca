"""Exit codes, as the documentation promises them."""

__all__ = ["BUG", "DONE", "INTERRUPTED", "MISTAKE"]

DONE = 0
BUG = 1  # ours
MISTAKE = 2  # the user's
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
