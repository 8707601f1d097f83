"""What a workflow is: read from YAML, checked, and resolved against what a run knows."""
