"""What is owed to whom, and how it is sent (docs/developers/design.md, section 7)."""
