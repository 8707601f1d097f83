"""What must hold of all that is stored: read once, and held against the invariants."""
