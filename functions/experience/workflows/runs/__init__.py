"""The state of runs, and each commit that changes it."""
