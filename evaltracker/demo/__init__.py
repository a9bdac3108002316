"""What can I look around in? The demo evaluations."""
