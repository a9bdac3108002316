"""What comes in from spreadsheets: one declaration for each kind."""
