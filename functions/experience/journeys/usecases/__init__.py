"""What guests do in an event, what members read of it, and how a photo becomes a picture."""
