"""How files are attached, removed and handed out."""
