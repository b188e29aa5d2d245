"""Recognise what comes from the accounting system: GL07 and SAF-T by what is in the file, CSV by its name."""

import re
from pathlib import Path

from dagster_project.hovedbok.kontrakt import gl07_felter, objekter
from dagster_project.hovedbok.profil import FORMATNAVN, Format, Regnskapsprofiler, Regnskapstreff
from dagster_project.hovedbok.saft import er_saft
from dagster_project.ingestion.gjenkjenning import HODE, Gjenkjent

KILDE = "regnskap"
OBJEKTER = tuple(objekter())
_FORSTE_LINJE = re.compile(rb"(?:[ \t\r]*\n)*([^\n]*)")
_TRANSAKSJONSTYPER = ("GL", "AP", "AR", "TX")


def gjenkjenn_hovedbok(filnavn: str, format_: Format, profiler: Regnskapsprofiler) -> Gjenkjent | None:
    """Return what a file of a format (`format_av`) is by its name, or None where it is not from the accounting system.

    To be asked before the KOSTRA reader, which takes any long line of digits as its own.
    """
    treff = profiler.velg(format_, filnavn)
    if treff is None and format_ != "csv":
        treff = Regnskapstreff(
            format_, "hovedbok", format_, feil=f"ingen profil for {FORMATNAVN[format_]} vil ha filer med dette navnet"
        )
    return Gjenkjent(KILDE, treff.objekt, regnskap=treff) if treff else None


def format_av(sti: Path) -> Format:
    """Return the format of a file by its first bytes; what is neither SAF-T nor GL07 may be CSV.

    Raises:
        OSError: if the file cannot be read.
    """
    with sti.open("rb") as fil:
        hode = fil.read(HODE).removeprefix(b"\xef\xbb\xbf")
    return "saft" if er_saft(hode) else "gl07" if er_gl07(hode) else "csv"


def er_gl07(hode: bytes) -> bool:
    """Say whether the first bytes of a file are those of a GL07 file.

    The first line must reach past the period, with a transaction type, a period and dates where they belong.
    """
    linje = _FORSTE_LINJE.match(hode)[1].rstrip(b"\r").decode("latin-1")

    def felt(navn: str) -> str:
        ett = gl07_felter()[navn]
        return linje[ett.fra - 1 : ett.fra - 1 + ett.lengde].strip()

    return (
        felt("trans_type") in _TRANSAKSJONSTYPER
        and re.fullmatch(r"[0-9]{6}", felt("period"), re.ASCII) is not None
        and re.fullmatch(r"[0-9]{8}", felt("voucher_date"), re.ASCII) is not None
        and re.fullmatch(r"-?[0-9]+", felt("amount"), re.ASCII) is not None
    )
