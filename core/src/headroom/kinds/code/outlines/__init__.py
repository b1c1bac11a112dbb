"""What a piece of code consists of, read in its own language or by its brackets and blanks."""
