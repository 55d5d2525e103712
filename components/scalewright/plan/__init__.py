"""The plan of an environment as plain data: records of what would be, and the difference between two of them. Pure."""
