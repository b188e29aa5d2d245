"""The check digits of identity numbers, as DuckDB macros (`kontrollsiffer.sql`)."""

from pathlib import Path

KONTROLLSIFFER = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
"""Statements that make the macros `siffer`, `har_rette_kontrollsiffer`, `er_gyldig_duf` and `er_plassholder`."""
