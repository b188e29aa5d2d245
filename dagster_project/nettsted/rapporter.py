"""All the reports and workbooks of the site, made by several processes that read the published figures once each."""

import multiprocessing
import os
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project import formater
from dagster_project.arbeidsbok.oppsett import arbeidsboknavn
from dagster_project.rapport.innhold import Lenke, rapportnavn
from dagster_project.rapport.tall import Publisert

FELLES, RAPPORTER, ARBEIDSBOK = "felles", "rapporter", "arbeidsbok"
FLESTE_PROSESSER = 4
PER_OPPGAVE = 24
"""Reports one process makes before it asks for more."""

# One step for each task; closing it stops what is not done.
Arbeid = Generator[None, None, None]


@dataclass(frozen=True)
class Oppgave:
    """Something to make of a municipality: reports of some months, the PDF of a month, or the workbook."""

    slag: str
    kommunenummer: str
    maaneder: tuple[date, ...] = ()


def kommuneside(kommunenummer: str) -> str:
    """Return the name of the page that lists a municipality's reports."""
    return f"kommune_{kommunenummer}.html"


def start_rapporter(database: Path, publisert: Publisert, mappe: Path, prosesser: int | None) -> Arbeid:
    """Begin to make everything, and return what must be run to its end before it is there.

    With one process it is made then; with more, meanwhile.
    """
    antall = prosesser or min(os.cpu_count() or 1, FLESTE_PROSESSER)
    rapporter, resten = _oppgaver(publisert)
    if antall == 1:
        return _gjor_selv(publisert, database, mappe, (*rapporter, *resten))
    # The first chart of each form takes long, so the pages are one process's work and the rest is another's.
    return _vent([_Basseng(antall // 2, database, mappe, oppgaver) for oppgaver in (rapporter, resten)])


class _Basseng:
    """Processes with a list of tasks."""

    def __init__(self, antall: int, database: Path, mappe: Path, oppgaver: Sequence[Oppgave]) -> None:
        # A forked copy of a process with DuckDB's threads in it may hang.
        self.prosesser = ProcessPoolExecutor(
            max(1, min(antall, len(oppgaver))),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_Arbeider.start,
            initargs=(database, mappe),
        )
        self.ventet = [self.prosesser.submit(_Arbeider.gjor, oppgave) for oppgave in oppgaver]


def _gjor_selv(publisert: Publisert, database: Path, mappe: Path, oppgaver: Iterable[Oppgave]) -> Arbeid:
    for oppgave in oppgaver:
        _gjor(publisert, database, mappe, oppgave)
        yield


def _vent(bassenger: Iterable[_Basseng]) -> Arbeid:
    try:
        for basseng in bassenger:
            for en in basseng.ventet:
                en.result()
                yield
    finally:
        for basseng in bassenger:
            basseng.prosesser.shutdown(cancel_futures=True)


def _oppgaver(publisert: Publisert) -> tuple[list[Oppgave], list[Oppgave]]:
    """Return the pages to make, and the rest."""
    nummer = publisert.med_rapport()
    sider = [
        Oppgave(RAPPORTER, ett, publisert.maaneder(ett)[fra : fra + PER_OPPGAVE])
        for ett in nummer
        for fra in range(0, len(publisert.maaneder(ett)), PER_OPPGAVE)
    ]
    siste = [Oppgave("pdf", ett, publisert.maaneder(ett)[-1:]) for ett in nummer]
    return sider, siste + [Oppgave(ARBEIDSBOK, ett) for ett in nummer]


class _Arbeider:
    """What a process keeps between tasks."""

    publisert: Publisert
    database: Path
    mappe: Path

    @classmethod
    def start(cls, database: Path, mappe: Path) -> None:
        cls.publisert, cls.database, cls.mappe = Publisert(database), database, mappe

    @classmethod
    def gjor(cls, oppgave: Oppgave) -> None:
        _gjor(cls.publisert, cls.database, cls.mappe, oppgave)


def _gjor(publisert: Publisert, database: Path, mappe: Path, oppgave: Oppgave) -> None:
    nummer = oppgave.kommunenummer
    if oppgave.slag == ARBEIDSBOK:
        from dagster_project.arbeidsbok.bok import skriv_arbeidsbok
        from dagster_project.arbeidsbok.tall import les_innhold

        skriv_arbeidsbok(les_innhold(database, [nummer]), mappe / ARBEIDSBOK / arbeidsboknavn([nummer]))
        return
    from dagster_project.rapport import html, pdf
    from dagster_project.rapport.seksjoner import lag_rapport

    for maaned in oppgave.maaneder:
        rapport = lag_rapport(publisert, nummer, maaned)
        fil = mappe / RAPPORTER / rapportnavn(nummer, maaned)
        if oppgave.slag == "pdf":
            fil.with_suffix(".pdf").write_bytes(pdf.lag_pdf(rapport))
        else:
            side = html.lag_side(rapport, felles=f"../{FELLES}", lenker=_veier(publisert, nummer, maaned))
            fil.with_suffix(".html").write_text(side, encoding="utf-8")


def _veier(publisert: Publisert, nummer: str, maaned: date) -> list[Lenke]:
    """Return the links at the top of a report."""
    maaneder = publisert.maaneder(nummer)
    plass = maaneder.index(maaned)
    veier = [
        Lenke("Forsiden", "../index.html"),
        Lenke(f"Alle rapporter for {publisert.kommuner[nummer]}", kommuneside(nummer)),
    ]
    if plass:
        forrige = maaneder[plass - 1]
        veier.append(Lenke(f"← {formater.maaned(forrige)}", f"{rapportnavn(nummer, forrige)}.html"))
    if plass + 1 < len(maaneder):
        neste = maaneder[plass + 1]
        veier.append(Lenke(f"{formater.maaned(neste)} →", f"{rapportnavn(nummer, neste)}.html"))
    else:
        veier.append(Lenke("PDF", f"{rapportnavn(nummer, maaned)}.pdf"))
    return veier
