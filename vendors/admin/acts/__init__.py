"""What people do on floor 3; each module registers its acts."""
