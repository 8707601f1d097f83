"""The use cases of event sessions, one module for each verb."""
