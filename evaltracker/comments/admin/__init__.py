"""The pages and acts of comments."""
