"""SSB's fixed-width extracts 11F, 11CF and 0A: their layouts, reading and writing."""
