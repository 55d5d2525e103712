"""The platform ``kubernetes``: Pulumi components, one noun a module, each usable alone in anybody's program."""
