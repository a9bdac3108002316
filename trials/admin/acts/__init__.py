"""What people do on floor 4; each module registers its acts."""
