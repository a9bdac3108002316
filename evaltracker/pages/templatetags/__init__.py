"""What templates of every floor may load."""
