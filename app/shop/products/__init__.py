"""Products: what can be ordered, and at what price."""
