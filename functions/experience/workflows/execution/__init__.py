"""A worker at a step."""
