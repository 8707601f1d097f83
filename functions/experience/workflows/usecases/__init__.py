"""The use cases of callables, schedules and other domains, one module for each verb."""
