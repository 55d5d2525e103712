"""What a project says of policies: how strict its environments are, what it puts up with, and what judges it."""
