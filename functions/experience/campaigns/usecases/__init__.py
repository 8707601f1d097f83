"""What operators, builds and sweeps do with campaigns."""
