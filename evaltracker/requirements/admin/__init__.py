"""The pages and acts of the first stage."""
