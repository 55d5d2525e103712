"""Figures of the toolkit and of the shop, each beside a limit or a peer: ``python -m bench`` (``make bench``)."""
