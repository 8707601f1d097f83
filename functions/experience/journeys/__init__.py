"""A guest's session of an event, through the steps of its journey or with the photo alone."""
