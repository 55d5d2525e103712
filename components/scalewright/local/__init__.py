"""The local platform: a declared backend as real processes of one machine."""
