"""What a guest visits: a project of a workspace, with the experiences of its three phases."""
