"""The frameworks' own tests, without us and with us in place; see docs/compatibility.md."""
