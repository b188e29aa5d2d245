"""Expectations at the borders: what is looked at stands in `expectations/`, thresholds in `seeds/`.

`intern.kvalitetsmaal` (a dbt model) is what they look at, Great Expectations judges it, `intern.kvalitet` keeps what it
said, and a page tells it to people. A fault that must not go out holds the month of that municipality back from the
publication (docs/decisions/0015-expectations.md).
"""
