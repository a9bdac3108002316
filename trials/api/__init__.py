"""What vendors read and answer of their trials."""
