"""Which limit is met at how many visits a minute, computed from what a visit is counted to do."""
