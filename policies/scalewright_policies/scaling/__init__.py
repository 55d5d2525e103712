"""What still fits when everything is scaled to its most."""
