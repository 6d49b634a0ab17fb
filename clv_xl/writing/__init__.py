"""What holds for every written file: it appears whole or not at all, and cells hold their text unchanged."""
