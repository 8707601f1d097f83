"""What brings events, schedules and tasks to the functions."""
