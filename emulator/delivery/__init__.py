"""Delivers events, schedules and tasks to the functions."""
