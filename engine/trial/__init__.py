"""Trying a diagram: run it without an item, a case or a database, one JSON-like line a step."""
