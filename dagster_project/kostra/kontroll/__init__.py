"""SSB's controls of 11F, 11CF and 0A: a table of rules, a small SQL file for each, and the engine that runs them.

The rules agree with SSB's own program, oddities and all; `docs/kostra-kontroller.md` and the column `saerhet` in
`seeds/kostra_kontrollregel.csv` say where it says something nobody can act on.
"""

from dagster_project.kostra.kontroll.motor import Filsvar, Kontrollfil, Kontrollresultat, kontroller
from dagster_project.kostra.kontroll.regel import Regel, regler

__all__ = ["Filsvar", "Kontrollfil", "Kontrollresultat", "Regel", "kontroller", "regler"]
