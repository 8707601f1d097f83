"""What language models make of a brief, and what people accept of it."""
