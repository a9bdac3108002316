"""What is counted, printed, sealed and decided, and what became of it."""
