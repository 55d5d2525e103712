"""The review of a change: every environment before and after it, what that comes to, and what stops it."""
