"""What compression costs: time, memory and instructions, by kind, by size, and for a user."""
