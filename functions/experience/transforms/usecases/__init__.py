"""What guests, triggers and sweeps do with transforms."""
