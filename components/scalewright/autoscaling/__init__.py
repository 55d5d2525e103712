"""Arithmetic of scaling: what a backend takes when it is scaled as far as it may be. Pure."""
