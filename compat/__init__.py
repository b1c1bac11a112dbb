"""The frameworks' own tests, without us and with us in place: docs/measured/compatibility.md."""
