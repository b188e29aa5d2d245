"""Ledger lines and budgets from the accounting system: CSV by contract and profile, GL07, and SAF-T Financial."""
