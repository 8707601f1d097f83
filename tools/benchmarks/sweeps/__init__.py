"""How many documents a second sweeps get done: `python -m tools.benchmarks.sweeps`."""
