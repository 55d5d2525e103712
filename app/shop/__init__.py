"""The example backend: orders, products and users."""
