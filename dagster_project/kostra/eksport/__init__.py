"""The files that go to SSB, written from the warehouse with the identity numbers joined in at the last moment.

A source makes an `Utkast` of each file: its records in a scratch table, and what it is to be held against. There are
two: `uttrekk`, what case and accounting systems delivered as KOSTRA files, and `utbetalinger`, 11F made of the monthly
deliveries. Writing and controls know no source.
"""

from dagster_project.kostra.eksport.eksporter import Eksport, eksporter
from dagster_project.kostra.eksport.utkast import Bestilling, Levert, Utkast

__all__ = ["Bestilling", "Eksport", "Levert", "Utkast", "eksporter"]
