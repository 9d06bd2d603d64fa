"""Data sets: pictures with their true labels."""
