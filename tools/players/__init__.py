"""What players take and cost: bytes of documents and indexes, dollars, writes of one document."""
