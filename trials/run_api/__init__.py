"""Where the buyer's own programs report runs; the web process alone serves it."""
