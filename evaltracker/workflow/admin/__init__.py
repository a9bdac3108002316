"""The admin of workflow: my work, the workspace, signing and deciding."""
