"""What people do in vendors; each module registers its acts."""
