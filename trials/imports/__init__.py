"""From a spreadsheet to what would change in one's own scores: pure, no database."""
