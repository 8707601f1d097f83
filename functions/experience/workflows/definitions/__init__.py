"""What a workflow is: loaded from YAML, validated, and resolved against the data of a run."""
