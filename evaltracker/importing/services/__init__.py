"""Files that wait for a yes, and what came in by one."""
