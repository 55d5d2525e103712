"""Orders: placed over HTTP, completed by a worker."""
