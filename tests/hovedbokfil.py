"""Ledger files in the three formats, written from the same lines, and a warehouse in memory to read them into."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb

from dagster_project.hovedbok.gjenkjenning import format_av, gjenkjenn_hovedbok
from dagster_project.hovedbok.kontrakt import gl07_felter, gl07_linjelengde
from dagster_project.hovedbok.lesing import les_hovedbok
from dagster_project.hovedbok.profil import Regnskapsprofil, Regnskapsprofiler, medfolgende
from dagster_project.hovedbok.tabeller import TABELLER_HOVEDBOK
from dagster_project.ingestion.database import TABELLER
from dagster_project.ingestion.fil import undersok
from dagster_project.ingestion.vurdering import Vurdering

KOMMUNE = "9901"
MELLOMKONTO = "21650000"
NAVN = "okonomi_hovedbok_9901_202504_202504_20250505T0700.csv"
OVERSKRIFT = (
    "Regnskapsår;Periode;Bilagsart;Bilagsnr;Linje;Bilagsdato;Ansvar;Tjeneste;Art;Prosjekt;Beløp;Tekst;Forsystem;"
    "Ekstern ref"
)
KOLONNER = (
    "regnskapsaar, periode, bilagsart, bilagsnummer, bilagslinje, bilagsdato, ansvar, tjeneste, art, prosjekt, "
    "belop_nok, tekst, forsystem, ekstern_ref"
)


@dataclass(frozen=True)
class Post:
    """One ledger line; amounts in øre, dates as ddmmyyyy."""

    bilag: str = "8101"
    linje: int = 1
    ore: int = 0
    art: str = "14700"
    tjeneste: str = "28100"
    periode: str = "202504"
    dato: str = "03042025"
    bilagsart: str = "SO"
    ansvar: str = "451000"
    prosjekt: str = ""
    tekst: str = ""
    forsystem: str = "SOS"
    ekstern_ref: str = "SOS20250403"

    @property
    def csv(self) -> str:
        """Return the line as the contract has it."""
        d = self.dato
        celler = [
            self.periode[:4],
            self.periode,
            self.bilagsart,
            self.bilag,
            str(self.linje),
            f"{d[:2]}.{d[2:4]}.{d[4:]}",
            self.ansvar,
            self.tjeneste,
            self.art,
            self.prosjekt,
            kroner(self.ore),
            self.tekst,
            self.forsystem,
            self.ekstern_ref,
        ]
        return ";".join(celler)

    @property
    def gl07(self) -> str:
        """Return the line as GL07 has it."""
        dato = self.dato[4:] + self.dato[2:4] + self.dato[:2]
        belop = f"-{abs(self.ore):019d}" if self.ore < 0 else f"{self.ore:020d}"
        verdier = {
            "batch_id": self.ekstern_ref,
            "interface": self.bilagsart,
            "voucher_type": self.bilagsart,
            "trans_type": "GL",
            "client": "NN",
            "account": self.art,
            "dim_1": self.ansvar,
            "dim_2": self.tjeneste,
            "dim_5": (self.prosjekt or "9") if self.tjeneste else "",
            "currency": "NOK",
            "dc_flag": "-1" if self.ore < 0 else " 1",
            "amount": belop,
            "description": self.tekst,
            "trans_date": dato,
            "voucher_date": dato,
            "voucher_no": self.bilag.rjust(15),
            "period": self.periode,
            "ext_ref": self.ekstern_ref,
            "apar_name": "NAVN NAVNESEN",
        }
        linje = "".join(verdier.get(navn, "").ljust(felt.lengde) for navn, felt in gl07_felter().items())
        assert len(linje) == gl07_linjelengde()
        return linje

    @property
    def saft(self) -> str:
        """Return the line as SAF-T has it."""
        side = "DebitAmount" if self.ore >= 0 else "CreditAmount"
        analyser = {"ANSVAR": self.ansvar, "TJENESTE": self.tjeneste, "PROSJEKT": self.prosjekt}
        return (
            f"<Line><RecordID>{self.linje}</RecordID><AccountID>{self.art}</AccountID>"
            + "".join(
                f"<Analysis><AnalysisType>{type_}</AnalysisType><AnalysisID>{id_}</AnalysisID></Analysis>"
                for type_, id_ in analyser.items()
                if id_
            )
            + f"<Description>{escape(self.tekst)}</Description>"
            + f"<{side}><Amount>{abs(self.ore) // 100}.{abs(self.ore) % 100:02d}</Amount></{side}>"
            + f"<ReferenceNumber>{self.ekstern_ref}</ReferenceNumber></Line>"
        )


def kroner(ore: int) -> str:
    """Return an amount with a decimal comma."""
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100},{abs(ore) % 100:02d}"


def bilag(nummer: str, *poster: Post, motpost: bool = True) -> list[Post]:
    """Return the lines of one voucher, numbered, with the line that makes it add up."""
    linjer = [replace(post, bilag=nummer, linje=nr) for nr, post in enumerate(poster, start=1)]
    if motpost:
        mot = replace(
            linjer[0],
            linje=len(linjer) + 1,
            ore=-sum(post.ore for post in linjer),
            art=MELLOMKONTO,
            tjeneste="",
            ansvar="",
            prosjekt="",
        )
        linjer.append(mot)
    return linjer


def som_csv(poster: Iterable[Post | str]) -> bytes:
    """Return a file by the contract; a text stands for a line as it is."""
    linjer = [OVERSKRIFT, *(post if isinstance(post, str) else post.csv for post in poster)]
    return "".join(linje + "\r\n" for linje in linjer).encode("windows-1252")


def som_gl07(poster: Iterable[Post | str]) -> bytes:
    """Return a GL07 file."""
    return "".join((post if isinstance(post, str) else post.gl07) + "\r\n" for post in poster).encode("iso-8859-1")


def som_saft(poster: Iterable[Post], total: str | None = None, versjon: str = "1.30") -> bytes:
    """Return a SAF-T file for the periods of its lines; `total` is said instead of the true total of the debit side."""
    poster = list(poster)
    perioder = sorted({post.periode for post in poster})
    debet = sum(post.ore for post in poster if post.ore > 0)
    sagt = total or f"{debet // 100}.{debet % 100:02d}"
    kredit = f"{debet // 100}.{debet % 100:02d}"

    def ende(hva: str, periode: str) -> str:
        return f"<Period{hva}>{int(periode[4:])}</Period{hva}><Period{hva}Year>{periode[:4]}</Period{hva}Year>"

    bilag_ = "".join(
        f"<Transaction><TransactionID>{nummer}</TransactionID><Period>{int(periode[4:])}</Period>"
        f"<PeriodYear>{periode[:4]}</PeriodYear><TransactionDate>{dato[4:]}-{dato[2:4]}-{dato[:2]}</TransactionDate>"
        f"<VoucherType>{art}</VoucherType><BatchID>{ref}</BatchID>{''.join(post.saft for post in linjer)}</Transaction>"
        for (nummer, periode, dato, art, ref), linjer in groupby(
            poster, lambda post: (post.bilag, post.periode, post.dato, post.bilagsart, post.ekstern_ref)
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<AuditFile xmlns="urn:StandardAuditFile-Taxation-Financial:NO"><Header>'
        f"<AuditFileVersion>{versjon}</AuditFileVersion><AuditFileDateCreated>2026-01-20</AuditFileDateCreated>"
        "<Company><RegistrationNumber>999999999</RegistrationNumber><Name>Prøve kommune</Name></Company>"
        f"<SelectionCriteria>{ende('Start', perioder[0])}{ende('End', perioder[-1])}</SelectionCriteria></Header>"
        "<MasterFiles><Customers><Customer><Name>NAVN NAVNESEN</Name></Customer></Customers></MasterFiles>"
        f"<GeneralLedgerEntries><NumberOfEntries>1</NumberOfEntries><TotalDebit>{sagt}</TotalDebit>"
        f"<TotalCredit>{kredit}</TotalCredit><Journal><JournalID>SO</JournalID>{bilag_}</Journal>"
        "</GeneralLedgerEntries></AuditFile>"
    ).encode()


def nytt_varehus() -> duckdb.DuckDBPyConnection:
    """Return a connection with an empty warehouse in memory attached as `varehus`."""
    con = duckdb.connect()
    con.execute("attach ':memory:' as varehus")
    con.execute("use varehus")
    con.execute(TABELLER + TABELLER_HOVEDBOK)
    con.execute("use memory")
    return con


def les(
    con: duckdb.DuckDBPyConnection,
    stier: Iterable[Path],
    kommuner: Collection[str] = (KOMMUNE,),
    *egne: Regnskapsprofil,
) -> list[Vurdering]:
    """Read files as a run would, those of one profile and object together. Files nobody knows are left out."""
    profiler = Regnskapsprofiler(tuple(egne), medfolgende())
    kjente = [
        (undersok(sti), funnet, sti.name)
        for sti in stier
        if (funnet := gjenkjenn_hovedbok(sti.name, format_av(sti), profiler))
    ]

    def gruppe(fil: tuple) -> tuple[str, str]:
        return fil[1].objekt, fil[1].regnskap.profilnavn

    return [
        vurdering
        for _, filer in groupby(sorted(kjente, key=gruppe), gruppe)
        for vurdering in les_hovedbok(con, list(filer), frozenset(kommuner))
    ]


def les_innhold(
    mappe: Path, innhold: bytes, navn: str = NAVN, *egne: Regnskapsprofil
) -> tuple[duckdb.DuckDBPyConnection, Vurdering]:
    """Read one file by that name and content into a warehouse of its own."""
    sti = mappe / navn
    sti.write_bytes(innhold)
    con = nytt_varehus()
    (vurdering,) = les(con, [sti], (KOMMUNE,), *egne)
    return con, vurdering


def karantene(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    """Return line, rule and message of what was set aside, in order."""
    return con.execute("select linje, regel, melding from varehus.intern.karantene order by linje, regel").fetchall()
