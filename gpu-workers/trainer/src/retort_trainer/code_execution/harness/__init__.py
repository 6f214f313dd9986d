"""What runs inside the sandbox, on the standard library alone; `source.py` makes one text of it."""
