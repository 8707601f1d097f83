"""What operators do with events, and whom an event takes."""
