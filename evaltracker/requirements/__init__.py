"""What do we need? Brief, metrics, requirements, plan."""
