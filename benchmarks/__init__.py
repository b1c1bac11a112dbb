"""Tokens saved, facts kept and speed, beside simpler ways and other libraries."""
