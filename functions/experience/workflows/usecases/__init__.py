"""What the callables and schedules of workflows do, one module for each verb."""
