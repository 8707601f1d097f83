"""What the callables of players cost, and the sweeps of their data."""
