"""Files that wait for a yes, and the log of what came in."""
