"""What the account's pages need."""
