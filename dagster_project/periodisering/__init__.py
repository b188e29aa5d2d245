"""Periodisation: money that stands in another month than it belongs to."""
