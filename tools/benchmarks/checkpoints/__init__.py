"""Our saver of checkpoints beside the public `langgraph-checkpoint-firestore`: bytes and reads."""
