"""Domain-free parts: settings, database, cache, outbox, broker, telemetry."""
