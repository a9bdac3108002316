"""T46 to T48: the whole installation as it is deployed, and what it leans on fails."""
