"""What is owed to whom, and how it is sent (docs/design.md, section 7)."""
