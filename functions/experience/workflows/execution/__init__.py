"""Executing steps: a worker acquires a step, runs its skill and commits the outcome."""
