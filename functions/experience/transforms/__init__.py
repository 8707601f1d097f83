"""The job that turns a session's capture into a picture, and the worker that runs it."""
