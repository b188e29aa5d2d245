"""Write tables the way a case system would: by the same profiles that the reader maps them back with.

A profile tells how columns, codes, dates and amounts are to be read; here each step is done the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.profil import Filform, Profil, innebygde
from dagster_project.fagsystem.uttrykk import Kolonne, Maaned, Sammensatt, Utsnitt, Uttrykk
from dagster_project.ingestion.sql import sql_tekst

LINJESKIFT = {"CRLF": "\r\n", "LF": "\n"}
DATOFORMAT = {"dd.mm.yyyy": "%d.%m.%Y", "yyyy-mm-dd": "%Y-%m-%d", "ddmmyyyy": "%d%m%Y", "yyyymmdd": "%Y%m%d"}
MAANEDSFORMAT = "%m.%Y"
SUMORD = "Sum"
TITTEL = ("Rapport: {navn}", "Periode: {fra:%d.%m.%Y} - {til:%d.%m.%Y}", "Kjørt: {uttrukket:%d.%m.%Y %H:%M}")

# What a reader must throw away, made up so that nobody can take it for real: no bank has accounts that begin 0000.
FORKASTET = {
    "Navn": "'Prøve, Person ' || person",
    "Adresse": "'Prøveveien ' || (person % 90 + 1)",
    "ETTERNAVN": "'Prøve' || person",
    "FORNAVN": "'Person'",
    "Mottakernavn": "case when annen_mottaker then 'Prøve Utleie ' || (person % 50 + 1) else '' end",
    "Kontonr": "'0000' || lpad(cast(person as varchar), 7, '0')",
    "KID": "case when annen_mottaker then '0000' || lpad(cast(utbetaling_id as varchar), 9, '0') else '' end",
}


@dataclass(frozen=True)
class Rapport:
    """How a case system writes one object: the start of its file names, and the SQL that fills each column."""

    navn: str
    form: Filform
    kolonner: tuple[tuple[str, str], ...]
    belopskolonne: str | None
    har_sumlinje: bool

    @property
    def linje(self) -> str:
        """The SQL that makes one line of the file of a row."""
        return f"concat_ws({sql_tekst(self.form.skilletegn)}, {', '.join(uttrykk for _, uttrykk in self.kolonner)})"

    def filnavn(self, kommunenummer: str, fra: date, til: date, uttrukket: datetime) -> str:
        """Return the name of the file of an extract."""
        return f"{self.navn}_{kommunenummer}_{fra:%Y%m%d}_{til:%Y%m%d}_{uttrukket:%Y%m%dT%H%M}.csv"

    def innhold(self, linjer: str, sum_: str, fra: date, til: date, uttrukket: datetime) -> bytes:
        """Return the bytes of a file.

        `linjer` are its lines with a line feed between, `sum_` the sum of the amounts as the system writes it.
        """
        tittel = TITTEL[: self.form.hopp_over_linjer]
        tekst = [mal.format(navn=self.navn, fra=fra, til=til, uttrukket=uttrukket) for mal in tittel]
        navnene = [navn for navn, _ in self.kolonner]
        tekst.append(self.form.skilletegn.join(navnene))
        if linjer:
            tekst.append(linjer)
        if self.har_sumlinje:
            resten = [sum_ if navn == self.belopskolonne else "" for navn in navnene[1:]]
            tekst.append(self.form.skilletegn.join([SUMORD, *resten]))
        alt = "\n".join(tekst) + "\n"
        return alt.replace("\n", LINJESKIFT[self.form.linjeskift]).encode(self.form.tegnsett)


def lag_rapport(system: str, objekt: str, typer: Mapping[str, str]) -> Rapport:
    """Return how a case system writes one object (mottaker, vedtak, utbetaling), by its shipped example profile.

    `typer` has the fields of the contract that there are columns for, with their DuckDB types; a field without one is
    written empty.

    Raises:
        KeyError: if no example profile has that name.
        ValueError: if the profile reads a field in a way that cannot be written.
    """
    profil = {profil.profil: profil for profil in innebygde()}[system]
    spesifikasjon, form = profil.objekter[objekt], profil.filform(objekt)
    kolonner: list[tuple[str, str]] = []
    for felt, uttrykk in spesifikasjon.kolonner.items():
        verdi = _verdi(profil, form, felt, typer[felt]) if felt in typer else "''"
        kolonner += [(navn, f"coalesce({sql}, '')") for navn, sql in _skriv_uttrykk(uttrykk, felt, verdi)]
    kolonner += [(navn, FORKASTET[navn]) for navn in spesifikasjon.forkast]
    belop = spesifikasjon.kolonner.get("belop")
    return Rapport(
        navn=spesifikasjon.filnavn.removesuffix("_*.csv"),
        form=form,
        kolonner=tuple(kolonner),
        belopskolonne=belop.navn if isinstance(belop, Kolonne) else None,
        har_sumlinje="sumlinjer" in profil.fil.model_fields_set and belop is not None,
    )


def linjer_per_fil(
    con: duckdb.DuckDBPyConnection, tabell: pa.Table, system: str, objekt: str
) -> tuple[Rapport, dict[tuple[int, int, int], tuple[str, str]]]:
    """Write every row of a table as a line, and put the lines of each file together.

    Shape: `tabell` has the fields of the contract and `kommune`, `maaned`, `versjon` (the file) and `rekkefolge`.
    Returns the report, and for each file its lines and the sum of its amounts as the system writes it.
    """
    con.register("rader", tabell)
    typer = {navn: str(type_) for navn, type_, *_ in con.sql("describe rader").fetchall()}
    rapport = lag_rapport(system, objekt, typer)
    sum_ = belopstekst(rapport.form, "sum(belop)") if "belop" in typer else "''"
    filer = con.sql(f"""
        select kommune, maaned, versjon, string_agg({rapport.linje}, chr(10) order by rekkefolge), {sum_}
        from rader
        group by kommune, maaned, versjon
    """).fetchall()
    con.unregister("rader")
    return rapport, {tuple(fil): (linjer, summen) for *fil, linjer, summen in filer}


def belopstekst(form: Filform, uttrykk: str) -> str:
    """Return the SQL that writes an amount with the decimal sign, the thousands mark and the minus of the profile."""
    heltall = f"cast(trunc(abs({uttrykk})) as bigint)"
    kroner = f"cast({heltall} as varchar)"
    if form.tusenskille:
        kroner = f"replace(format('{{:,}}', {heltall}), ',', {sql_tekst(form.tusenskille)})"
    ore = f"lpad(cast(cast(abs({uttrykk}) * 100 as bigint) % 100 as varchar), 2, '0')"
    tall = f"{kroner} || {sql_tekst(form.desimaltegn)} || {ore}"
    foran, bak = {"foran": ("-", ""), "bak": ("", "-"), "parentes": ("(", ")")}[form.minus]
    return f"if({uttrykk} < 0, '{foran}' || {tall} || '{bak}', {tall})"


def _skriv_uttrykk(uttrykk: Uttrykk, felt: str, verdi: str) -> list[tuple[str, str]]:
    """Return the columns a field is written in, each with its SQL."""
    match uttrykk:
        case Kolonne(navn):
            return [(navn, verdi)]
        case Maaned(Kolonne(navn)):
            return [(navn, f"strftime({felt}, '{MAANEDSFORMAT}')")]
        case Utsnitt(Kolonne(navn), _, fra_hoyre=False):
            return [(navn, f"{verdi} || '00'")]
        case Sammensatt(deler, "", nuller) if all(nuller):
            # Numbers that lost the zeros in front.
            starter = [1 + sum(nuller[:nr]) for nr in range(len(nuller))]
            return [
                (del_.navn, f"ltrim(substring({verdi}, {start}, {antall}), '0')")
                for del_, start, antall in zip(deler, starter, nuller, strict=True)
            ]
        case Sammensatt(deler, mellom) if mellom:
            return [
                (del_.navn, f"split_part({verdi}, {sql_tekst(mellom)}, {nr})") for nr, del_ in enumerate(deler, start=1)
            ]
    raise ValueError(f"Demoen kan ikke skrive feltet {felt} slik profilen leser det.")


def _verdi(profil: Profil, form: Filform, felt: str, type_: str) -> str:
    """Return the SQL that writes a field as the system does, null where it has no value."""
    koder = profil.koder.get(felt, {})
    if felt == "stonadsart_lokal":
        # Filled only where the code is one that the profile does not know.
        return f"coalesce({felt}, {_lokal_kode('stonadsart', profil.koder['stonadsart'])})"
    if type_ == "BOOLEAN":
        return _lokal_kode(f"if({felt}, 'ja', 'nei')", koder)
    if type_ == "DATE":
        return f"strftime({felt}, '{DATOFORMAT[form.dato]}')"
    if type_.startswith("DECIMAL"):
        return belopstekst(form, felt)
    return _lokal_kode(felt, koder) if koder else f"cast({felt} as varchar)"


def _lokal_kode(uttrykk: str, koder: Mapping[str, str]) -> str:
    """Return the SQL that turns the contract's code into the system's own; one it does not have stays as it is."""
    grener = " ".join(f"when {sql_tekst(vaar)} then {sql_tekst(lokal)}" for lokal, vaar in koder.items())
    return f"case {uttrykk} {grener} else {uttrykk} end"
