"""Scalewright: one declaration of a backend, run on one machine or provisioned by Pulumi."""
