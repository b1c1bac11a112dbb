"""Tables as text: CSV and its like, Markdown, aligned columns, columns between rules."""
