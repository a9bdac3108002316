"""A person's own account, and what operators do with logins."""
