"""Fuzzing: see ``python -m fuzz --help``."""
