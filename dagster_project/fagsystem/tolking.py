"""The SQL that turns lines of a report into typed rows of the contract, and tells what is wrong with those that fail.

One expression per field, made from the profile; every row of every file goes through the same statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dagster_project.fagsystem.deling import Deling
from dagster_project.fagsystem.identitet import SQL_IDENTITET, SQL_TALL
from dagster_project.fagsystem.kontrakt import TYPER, Felt, Objekt, objekter
from dagster_project.fagsystem.overskrift import kolonnenavn
from dagster_project.fagsystem.profil import Filform, Profil
from dagster_project.fagsystem.uttrykk import Fast, Maaned, Uttrykk, kolonner_i
from dagster_project.fagsystem.verdi import (
    BLANKE,
    sql_belop,
    sql_dato,
    sql_maaned,
    sql_maskert,
    sql_uten_personnummer,
)
from dagster_project.ingestion.sql import sql_tekst

MAKS_VIST = 40
MAKS_MASKERT = 1000


@dataclass(frozen=True)
class Kontroll:
    """One thing that can be wrong with a row: the rule, when it is broken, and SQL for what is told."""

    regel: str
    vilkaar: str
    felt: str = ""
    verdi: str = "''"
    tillegg: str = "''"

    @property
    def sql(self) -> str:
        """Return a struct where the rule is broken, otherwise null."""
        return (
            f"case when {self.vilkaar} then {{regel: {sql_tekst(self.regel)}, felt: {sql_tekst(self.felt)}, "
            f"verdi: {self.verdi}, tillegg: {self.tillegg}}} end"
        )


@dataclass(frozen=True)
class Tolking:
    """How the files of one profile and object with one and the same header are read.

    The relation read has fil_nr, linje and tekst; `uttrekksfil` has fil_nr, kilde_id, fra, til of each file.
    """

    profil: Profil
    objektnavn: str
    overskrift: tuple[str, ...]

    @cached_property
    def objekt(self) -> Objekt:
        """Return the contract's object."""
        return objekter()[self.objektnavn]

    @cached_property
    def form(self) -> Filform:
        """Return how the files are written."""
        return self.profil.filform(self.objektnavn)

    @cached_property
    def deling(self) -> Deling:
        """Return how a line is divided into cells."""
        return Deling(self.form.skilletegn, self.form.anforselstegn)

    @cached_property
    def uttrykk(self) -> dict[str, Uttrykk]:
        """Return what each field is made from, without the fields whose columns are not there."""
        finnes = set(self.overskrift)
        return {
            navn: uttrykk
            for navn, uttrykk in self.profil.objekter[self.objektnavn].kolonner.items()
            if all(kolonnenavn(kolonne) in finnes for kolonne in kolonner_i(uttrykk))
        }

    @cached_property
    def _plasser(self) -> dict[str, int]:
        """Return the 1-based place of each column that is used."""
        brukte = {kolonnenavn(kolonne) for uttrykk in self.uttrykk.values() for kolonne in kolonner_i(uttrykk)}
        return {kolonne: plass for plass, kolonne in enumerate(self.overskrift, start=1) if kolonne in brukte}

    # How cells become values.

    def _celle(self, kolonne: str) -> str:
        return f"celle_{self._plasser[kolonnenavn(kolonne)]}"

    def _sql_celler(self) -> list[str]:
        tomme = ", ".join(sql_tekst(verdi) for verdi in dict.fromkeys(("", *self.form.tomverdier)))
        return [
            f"case when celler[{plass}] not in ({tomme}) then celler[{plass}] end as celle_{plass}"
            for plass in self._plasser.values()
        ]

    def sql_felttekst(self, felt: Felt) -> str:
        """Return an expression for the field as text, null where it is empty."""
        uttrykk = self.uttrykk.get(felt.fra or felt.navn)
        if uttrykk is None:
            return "null::varchar"
        sql = uttrykk.sql(self._celle)
        if felt.personvern == "direkte":
            return f"translate({sql}, {sql_tekst(BLANKE)}, '')"
        return sql

    def sql_feltverdi(self, felt: Felt) -> str:
        """Return an expression for the field's value, null where the text cannot be read."""
        tekst = f"tekst_{felt.navn}"
        uttrykk = self.uttrykk.get(felt.fra or felt.navn)
        if uttrykk is None:
            typer = {"dato": "date", "belop": "decimal(18, 2)", "heltall": "integer", "ja_nei": "boolean"}
            return f"null::{typer.get(felt.type, 'varchar')}"
        if isinstance(uttrykk, Maaned):
            return sql_maaned(tekst, uttrykk.siste_dag)
        match felt.type:
            case "kode":
                return self._sql_kode(felt, tekst, isinstance(uttrykk, Fast))
            case "ja_nei":
                return self._sql_ja_nei(felt, tekst, isinstance(uttrykk, Fast))
            case "dato":
                return sql_dato(tekst, self.form.dato)
            case "belop":
                return sql_belop(tekst, self.form)
            case "heltall":
                return f"if(regexp_full_match({tekst}, '[0-9]{{1,9}}'), try_cast({tekst} as integer), null)"
        if felt.lengde and not felt.personvern:
            return f"if(length({tekst}) = {felt.lengde}, {tekst}, null)"
        return tekst

    def _sql_kode(self, felt: Felt, tekst: str, er_fast: bool) -> str:
        koder = self.profil.koder.get(felt.navn)
        if koder is None or er_fast:
            koder = {kode: kode for kode in felt.koder}
        # An unknown code for what the money is for is counted as such (F05); the others stop the row.
        ellers = f"if({tekst} is null, null, 'UKJENT')" if felt.fra else "null"
        grener = " ".join(f"when {sql_tekst(kode)} then {sql_tekst(verdi)}" for kode, verdi in koder.items())
        return f"case {tekst} {grener} else {ellers} end"

    def _sql_ja_nei(self, felt: Felt, tekst: str, er_fast: bool) -> str:
        koder = self.profil.koder.get(felt.navn)
        if koder is None or er_fast:
            return f"case lower({tekst}) when 'ja' then true when 'nei' then false end"
        grener = " ".join(f"when {sql_tekst(kode)} then {verdi == 'ja'}" for kode, verdi in koder.items())
        return f"case {tekst} {grener} end"

    # What can be wrong with a row.

    @cached_property
    def kontroller(self) -> tuple[Kontroll, ...]:
        """Return the controls of a row with the right number of cells, in the order they are told."""
        return (*self.lesekontroller(), *self.kravkontroller(), *self.regelkontroller())

    def lesekontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of what cannot be read (rule F11)."""
        for felt in self.objekt.felter:
            if felt.navn in self.uttrykk and self._kan_feile(felt):
                hva = f"{felt.lengde} tegn" if felt.type == "tekst" else TYPER[felt.type]
                vist = self.vist_verdi(felt)
                yield Kontroll(
                    "F11",
                    f"tekst_{felt.navn} is not null and verdi_{felt.navn} is null",
                    felt.navn,
                    vist,
                    f"{sql_tekst(f'{felt.navn} er ikke {hva}: «')} || {vist} || '»'",
                )

    def kravkontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of what must be filled in."""
        for felt in self.objekt.felter:
            if felt.kreves and not felt.fra:
                yield Kontroll("kreves", f"tekst_{felt.navn} is null", felt.navn)
        for felt in self.objekt.felter:
            if felt.kreves_ved_status:
                statuser = ", ".join(map(sql_tekst, felt.kreves_ved_status))
                yield Kontroll("kreves", f"tekst_{felt.navn} is null and verdi_status in ({statuser})", felt.navn)

    def regelkontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of what the contract asks of values that can be read."""
        if self.har_identitet:
            yield Kontroll("F02", "identitet is null")
        if self.objekt.felt("reverserer_utbetaling_id"):
            tilbakefort = "verdi_status = 'TILBAKEFORT'"
            yield Kontroll("F06", f"{tilbakefort} and verdi_belop >= 0", "belop", tillegg="'beløpet er ikke negativt'")
            yield Kontroll(
                "F06",
                f"{tilbakefort} and tekst_reverserer_utbetaling_id is null",
                "reverserer_utbetaling_id",
                tillegg="'det står ikke hvilken utbetaling den gjelder'",
            )
        if self.objekt.felt("periode_fom"):
            periode = _sql_fra_til("verdi_periode_fom", "verdi_periode_tom")
            yield Kontroll("F07", "verdi_periode_fom > verdi_periode_tom", "periode_fom", tillegg=periode)
        if self.objekt.periodedato and self.profil.uttrekkstype(self.objektnavn) == "periode":
            dato = f"verdi_{self.objekt.periodedato}"
            yield Kontroll(
                "utenfor_uttrekk",
                f"{dato} not between fra and til",
                self.objekt.periodedato,
                _sql_dag(dato),
                _sql_fra_til("fra", "til"),
            )

    @property
    def har_identitet(self) -> bool:
        """Say whether the object's rows tell who somebody is."""
        return any(felt.personvern for felt in self.objekt.felter)

    def _kan_feile(self, felt: Felt) -> bool:
        return not felt.fra and (felt.type != "tekst" or (felt.lengde is not None and not felt.personvern))

    def vist_verdi(self, felt: Felt) -> str:
        """Return an expression for the field as a message may show it."""
        # What tells who somebody is is not shown, not even where it is wrong.
        if felt.personvern:
            return f"regexp_replace(tekst_{felt.navn}, '.', '#', 'g')"
        return f"left({sql_uten_personnummer(f'tekst_{felt.navn}')}, {MAKS_VIST})"

    # The statements.

    def sql_vurdert(self, kilde: str) -> str:
        """Return the steps from lines to `vurdert`, which has everything about each row."""
        felter = [felt for felt in self.objekt.felter if felt.kolonne or felt.personvern]
        celler = ",\n".join(f"                {sql}" for sql in self._sql_celler())
        tekster = ",\n".join(f"                {self.sql_felttekst(felt)} as tekst_{felt.navn}" for felt in felter)
        verdier = ",\n".join(f"                {self.sql_feltverdi(felt)} as verdi_{felt.navn}" for felt in felter)
        brutt = " or ".join(f"({kontroll.vilkaar})" for kontroll in self.kontroller)
        sum_ = f"regexp_matches(celler[1], {sql_tekst(self.form.sumlinjer)})" if self.form.sumlinjer else "false"
        tall, identitet = (SQL_TALL, SQL_IDENTITET) if self.har_identitet else ("", "")
        return f"""
        with delt as (
            select
                linjer.fil_nr,
                linjer.linje,
                linjer.tekst,
                uttrekksfil.kilde_id,
                uttrekksfil.fra,
                uttrekksfil.til,
                {self.deling.sql_delt()} as delt
            from {kilde} as linjer
            inner join uttrekksfil on linjer.fil_nr = uttrekksfil.fil_nr
            where linjer.linje > {self.form.hopp_over_linjer + 1} and linjer.tekst not in ('', chr(26))
        ),

        renset as (
            select
                *,
                {self.deling.sql_renset()} as celler
            from delt
        ),

        celle as (
            select
                * exclude (delt),
                len(celler) as antall_celler,
{celler}
            from renset
        ),

        felt as (
            select
                *,
{tekster}
            from celle
        ),

        verdi as (
            select
                *,
{verdier}
            from felt
        ),

        tall as (
            select
                *{tall}
            from verdi
        ),

        person as (
            select
                *{identitet}
            from tall
        ),

        vurdert as (
            select
                *,
                coalesce({sum_}, false) as er_sum,
                coalesce(antall_celler, 0) != {len(self.overskrift)} as har_feil_antall,
                coalesce({brutt}, false) as bryter_regel
            from person
        )
        """

    @property
    def verdikolonner(self) -> list[str]:
        """Return the fields that get a column in `raw`, as `verdi_<felt> as <kolonne>`."""
        return [f"verdi_{felt.navn} as {felt.kolonne}" for felt in self.objekt.felter if felt.kolonne]

    def sql_rad(self, kilde: str) -> str:
        """Return a query with one row per line of `kilde`: its values, and its text where it cannot be used as is.

        Shape: fil_nr, linje, er_sum, er_mistenkelig, er_tom (nothing but delimiters, so no record), har_uleselig_belop,
        er_aapen, tekst, the columns of `raw`, and who it is about where the object tells.
        """
        har_belop = self.objekt.felt("belop") is not None
        belop = "har_feil_antall or (tekst_belop is not null and verdi_belop is null)" if har_belop else "false"
        identitet = (
            ["identitet", "fodselsmaaned"]
            + [f"tekst_{felt} as {felt}" for felt in ("fodselsnummer", "duf_nummer")]
            + ["verdi_fodselsdato as fodselsdato"]
            if self.har_identitet
            else []
        )
        kolonner = ",\n            ".join([*self.verdikolonner, *identitet])
        tom = f"regexp_full_match(tekst, {sql_tekst(self.deling.bare_skille)})"
        mistenkelig = "not er_sum and (har_feil_antall or bryter_regel)"
        # A filter on what is worked out here would have the optimizer work it out once more for each place it is named.
        return f"""
        {self.sql_vurdert(kilde)}

        select
            fil_nr,
            linje,
            er_sum,
            {mistenkelig} as er_mistenkelig,
            if({mistenkelig}, {tom}, false) as er_tom,
            not er_sum and ({belop}) as har_uleselig_belop,
            if(celler is null, {self.deling.er_aapen("tekst")}, false) as er_aapen,
            if({mistenkelig}, tekst, null) as tekst,
            {kolonner}
        from vurdert
        """

    def sql_funn(self, kilde: str) -> str:
        """Return a query with one row per record of `kilde` and what is wrong with it, its text masked.

        Shape: fil_nr, linje, journalnummer, maskert, funn (a list of regel, felt, verdi, tillegg).
        """
        antall = len(self.overskrift)
        feil_antall = (
            "{regel: 'F11', felt: '', verdi: '', tillegg: case "
            "when antall_celler is null then 'anførselstegnene går ikke opp' "
            f"else 'den har ' || antall_celler || ' felt, og overskriften har {antall}' end}}"
        )
        funn = ",\n                ".join(kontroll.sql for kontroll in self.kontroller)
        skjermet = "verdi_skjermet" if self.objekt.felt("skjermet") else "false"
        skjult = f"har_feil_antall or coalesce({skjermet}, false)"
        return f"""
        {self.sql_vurdert(kilde)}

        select
            fil_nr,
            linje,
            if({skjult}, null, {sql_uten_personnummer("tekst_mottaker_id")}) as journalnummer,
            left(if({skjult}, {sql_maskert("tekst")}, {self.sql_maskert_rad()}), {MAKS_MASKERT}) as maskert,
            if(
                har_feil_antall,
                [{feil_antall}],
                list_filter([
                {funn}
                ], lambda ett: ett is not null)
            ) as funn
        from vurdert
        """

    def sql_maskert_rad(self) -> str:
        """Return an expression for the cells of a row as they may be shown, put together again."""
        """Return the row with only those cells legible that go into fields that tell nothing of who somebody is."""
        synlige, skjulte = set(), set()
        for navn, uttrykk in self.uttrykk.items():
            felt = self.objekt.felt(navn)
            (skjulte if felt is None or felt.personvern else synlige).update(map(kolonnenavn, kolonner_i(uttrykk)))
        celler = [
            sql_uten_personnummer(f"celler[{plass}]")
            if kolonne in synlige - skjulte
            else sql_maskert(f"celler[{plass}]")
            for plass, kolonne in enumerate(self.overskrift, start=1)
        ]
        return f"concat_ws({sql_tekst(self.form.skilletegn)}, {', '.join(celler)})"

    @property
    def aapne_tekstkolonner(self) -> dict[str, str]:
        """Return the fields of free length that stand open in the warehouse, with their columns."""
        return {
            felt.navn: felt.kolonne
            for felt in self.objekt.felter
            if felt.type == "tekst" and felt.kolonne and not felt.lengde and felt.navn in self.uttrykk
        }


def _sql_dag(dato: str) -> str:
    return f"strftime({dato}, '%d.%m.%Y')"


def _sql_fra_til(fra: str, til: str) -> str:
    return f"{_sql_dag(fra)} || '–' || {_sql_dag(til)}"
