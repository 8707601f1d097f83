"""The server's clock, the only one that stored timestamps come from."""

import time


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000
