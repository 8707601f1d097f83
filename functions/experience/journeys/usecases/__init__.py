"""What guests do in an event, and what members read of it."""
