"""The adapters around firebase-functions: callables, tasks, triggers and schedules."""
