"""Data as rows, said shortly: what JSON, tables and records have in common.

- ``values``: what data consists of; ``shape``, ``layout``, ``table``: the columns of like objects,
  and their rows as lines;
- ``blocks``, ``texts``: a value as a tree of lines, sections and tables; long texts;
- ``notation``, ``cells``, ``aliases``: how values and names are spelled, and read back;
- ``outliers``, ``quantities``, ``rank``: rows that say what no other does, and what goes first;
- ``units``, ``sample``, ``render``, ``summary``: views that leave something out, and say what;
- ``views``, ``limits``: the best view under a request, and how large it is;
- ``pieces``: what a query looks through.
"""
