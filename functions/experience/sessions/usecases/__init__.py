"""What guests, operators, triggers and sweeps do with sessions."""
