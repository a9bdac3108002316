"""From a spreadsheet to what would change in the requirements: pure, no database."""
