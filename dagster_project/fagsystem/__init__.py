"""Monthly deliveries from the case systems, read by contract and profile."""
