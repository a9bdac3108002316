"""Files and pasted rows on their way in: read, asked, and taken in by one yes."""
