"""A run's state, and each commit that changes it."""
