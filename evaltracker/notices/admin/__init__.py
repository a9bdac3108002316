"""The pages on which notices are seen and settled."""
