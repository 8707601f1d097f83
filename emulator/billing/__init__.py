"""What Google Cloud would charge for what the functions do."""
