"""What people do in trials; each module registers its acts."""
