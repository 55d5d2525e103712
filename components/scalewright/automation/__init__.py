"""Pulumi's own engine, run from here: its command line by its Automation API, and what it tells in our words."""
