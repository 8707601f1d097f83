"""What the schedule does with the threads of all workspaces."""
