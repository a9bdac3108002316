"""The one way to change anything in stakeholders."""
