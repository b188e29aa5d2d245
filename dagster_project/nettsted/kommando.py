"""The command `stonad nettsted`: the site of everything that is published."""

import json

from rich.console import Console

from dagster_project.settings import les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

ut = Console(highlight=False)


def nettsted(mappe: MappeValg = None, json_: JsonValg = False) -> None:
    """Bygg nettstedet av det som er publisert: forside, alle rapportene, indikatorene, og hvordan du kobler til.

    Sidene er filer i publisert/nettsted. De åpnes uten tjener og uten nett, og kan legges på en nettjener som de er.
    """
    from dagster_project.nettsted.bygg import bygg_nettsted

    forside = bygg_nettsted(velg_mappe(mappe, les_miljo()))
    if json_:
        print(json.dumps({"nettsted": str(forside)}, ensure_ascii=False, indent=2))
    else:
        ut.print(f"Nettstedet er bygget. Åpne {forside}", soft_wrap=True)
