"""Generating, deciding about what was generated, and repairing."""
