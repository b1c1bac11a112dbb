"""One folder a kind, with all that is known about it, and nothing elsewhere."""
