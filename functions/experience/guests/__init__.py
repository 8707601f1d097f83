"""A visitor of one project: what they agreed to, what they are in, and what they completed."""
