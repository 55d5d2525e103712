"""Speed of the toolkit, each figure beside its limit: ``python -m bench`` (``make bench``)."""
