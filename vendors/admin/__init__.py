"""The admin of vendors: candidates, what they say, and what they cost."""
