"""What people's programs read: the purchase as its people see it."""
