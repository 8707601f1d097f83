"""Faults that are injected on purpose: their settings and the decisions that follow."""
