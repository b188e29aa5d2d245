"""The KOSTRA indicators: the last whole year against the year before, and against the other municipalities."""

from collections.abc import Iterable
from decimal import Decimal
from statistics import median

from dagster_project import formater
from dagster_project.rapport.innhold import (
    Avsnitt,
    Blokk,
    Figur,
    Figurslag,
    Kolonne,
    Lenke,
    Maalt,
    Punkt,
    Punkter,
    Seksjon,
    Slag,
    Tabell,
    Tomt,
)
from dagster_project.rapport.seksjoner.felles import (
    Kontekst,
    andel_pst,
    differanse,
    endring_pst,
    er_endring,
    maalt,
    parameter,
    slag_av,
    vist,
)
from dagster_project.rapport.tall import Tall, synlig
from dagster_project.seeds import read_seed

ID = "kostra"
TITTEL = "KOSTRA-indikatorer"
KILDE = "bi.ind_kostra"
_NEVNES = 3


def utvalg() -> tuple[str, ...]:
    """Return the indicators of seeds/rapport_kostra.csv, in the order they are shown."""
    return tuple(rad["indikator_id"] for rad in read_seed("rapport_kostra"))


def aar(k: Kontekst) -> int | None:
    """Return the last year with KOSTRA figures that was over when the month was."""
    return max((ett for ett in k.publisert.kostra.get(k.nummer, {}) if ett <= k.siste_hele_aar), default=None)


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of the KOSTRA indicators."""
    siste = aar(k)
    if siste is None:
        return Seksjon(ID, TITTEL, (Avsnitt(_mangler(k)),))
    status = k.publisert.kostra_status.get((k.nummer, siste), "")
    tekst = (
        f"Tallene er for {siste}, det siste hele året som er levert, og er {status}e. "
        if status
        else f"Tallene er for {siste}. "
    )
    resten = [ett for ett in k.publisert.indikatorer if ett not in utvalg() and not ett.startswith("kvp_")]
    blokker: list[Blokk | None] = [
        Avsnitt(tekst + "Velg en indikator for å se hvordan den er regnet ut."),
        _punkter(k, siste),
        aarstabell(k, "kostra-utvalg", "De viktigste indikatorene", utvalg()),
        *_kommuner(k, siste),
        aarstabell(k, "kostra-resten", "De andre indikatorene", resten),
        _ssb(k, siste),
    ]
    return Seksjon(ID, TITTEL, tuple(blokk for blokk in blokker if blokk is not None))


def _mangler(k: Kontekst) -> str:
    finnes = sorted(k.publisert.kostra.get(k.nummer, {}))
    if finnes:
        return (
            f"KOSTRA-tall vises for år som er over. Det er ingen til og med {k.maaned.year - 1}; "
            f"det første året i varehuset er {finnes[0]}."
        )
    return "KOSTRA er ikke levert. Lever 11F, 11CF, 0A og befolkningen for et helt år, så kommer indikatorene med."


def aarstabell(k: Kontekst, id_: str, tittel: str, ider: Iterable[str]) -> Tabell | None:
    """Return indicators of the last whole year against the year before; None when there are none."""
    siste = aar(k)
    if siste is None:
        return None
    rader = tuple(rad for ett in ider if (rad := _aarsrad(k, siste, ett)))
    if not rader:
        return None
    return Tabell(
        id_,
        f"{tittel}, {siste} mot {siste - 1}",
        (
            Kolonne("indikator", "Indikator"),
            Kolonne("enhet", "Enhet"),
            Kolonne("aar", str(siste), Slag.TALL),
            Kolonne("forrige_aar", str(siste - 1), Slag.TALL),
            Kolonne("endring", "Endring", Slag.TALL),
            Kolonne("endring_pst", "Endring i prosent", Slag.PROSENT, 1),
        ),
        rader,
        f"{KILDE}, rapporteringsaar = {siste} og {siste - 1}, verdi",
        "Endring i en andel er i prosentpoeng.",
    )


def _aarsrad(k: Kontekst, siste: int, indikator_id: str) -> tuple | None:
    indikator = k.publisert.indikatorer.get(indikator_id)
    verdier = k.publisert.kostra[k.nummer]
    if indikator is None or indikator_id not in verdier[siste]:
        return None
    slag, desimaler = slag_av(indikator)
    ny, gammel = (k.publisert.kostra_verdi(k.nummer, ett, indikator_id) for ett in (siste, siste - 1))
    er_andel = slag is Slag.PROSENT
    return (
        _lenke(k, indikator_id),
        "måneder" if indikator.enhet == "maaneder" else indikator.enhet,
        maalt(ny, slag, desimaler),
        maalt(gammel, slag, desimaler),
        maalt(differanse(ny, gammel), Slag.TALL if er_andel else slag, desimaler),
        Tomt.UKJENT if er_andel else endring_pst(ny, gammel),
    )


def _lenke(k: Kontekst, indikator_id: str) -> Lenke:
    return Lenke(k.publisert.indikatorer[indikator_id].navn, f"def-k-{indikator_id}")


def _punkter(k: Kontekst, siste: int) -> Punkter | None:
    """Say which of the main indicators have changed most, in percent of what they were."""
    endringer = [
        (pst, ett)
        for ett in utvalg()
        if er_endring(
            pst := endring_pst(
                k.publisert.kostra_verdi(k.nummer, siste, ett), k.publisert.kostra_verdi(k.nummer, siste - 1, ett)
            )
        )
    ]
    punkter = []
    for pst, ett in sorted(endringer, key=lambda rad: -abs(rad[0]))[:_NEVNES]:
        indikator = k.publisert.indikatorer[ett]
        ny, gammel = (k.publisert.kostra_verdi(k.nummer, hvilket, ett) for hvilket in (siste, siste - 1))
        slag, desimaler = slag_av(indikator)
        enhet = " måneder" if indikator.enhet == "maaneder" else ""
        mye = (
            f"{formater.norsk_tall(abs(differanse(ny, gammel)), desimaler)} prosentpoeng"
            if slag is Slag.PROSENT
            else formater.prosent(abs(pst))
        )
        punkter.append(
            Punkt(
                f"{indikator.navn}: {vist(ny, slag, desimaler)}{enhet} i {siste}, {'opp' if pst > 0 else 'ned'} {mye} "
                f"fra {vist(gammel, slag, desimaler)} i {siste - 1}.",
                til="kostra-utvalg",
            )
        )
    return Punkter(tuple(punkter)) if punkter else None


def _kommuner(k: Kontekst, siste: int) -> list[Blokk]:
    """Return the main indicators beside those of the other municipalities; the median is of those that are shown."""
    andre = [nummer for nummer, aarene in sorted(k.publisert.kostra.items()) if nummer != k.nummer and siste in aarene]
    andre = [nummer for nummer in andre if nummer in k.publisert.kommuner]
    if not andre:
        return [Avsnitt(f"Ingen andre kommuner i varehuset har KOSTRA-tall for {siste}.")]
    vises = andre if len(andre) <= parameter("kostra_kommuner") else []
    rader, andeler = [], []
    for ett in utvalg():
        indikator = k.publisert.indikatorer.get(ett)
        if indikator is None:
            continue
        vis = slag_av(indikator)
        egen = k.publisert.kostra_verdi(k.nummer, siste, ett)
        verdier = {nummer: k.publisert.kostra_verdi(nummer, siste, ett) for nummer in andre}
        midten = _median(verdier.values())
        rader.append(
            (
                _lenke(k, ett),
                maalt(egen, *vis),
                maalt(midten, *vis),
                *(maalt(verdier[nummer], *vis) for nummer in vises),
            )
        )
        if indikator.enhet != "antall":
            andeler.append((indikator.navn, andel_pst(egen, midten)))
    tabell = Tabell(
        "kostra-kommuner",
        f"{k.navn} og de andre kommunene, {siste}",
        (
            Kolonne("indikator", "Indikator"),
            Kolonne(f"kommune_{k.nummer}", k.navn, Slag.TALL),
            Kolonne("median_andre", "Median av de andre", Slag.TALL),
            *(Kolonne(f"kommune_{nummer}", k.publisert.kommuner[nummer], Slag.TALL) for nummer in vises),
        ),
        tuple(rader),
        f"{KILDE}, rapporteringsaar = {siste}, verdi",
        "Medianen er den midterste av de andre kommunene som har et tall som vises.",
    )
    return [*_figur(k, siste, andeler), tabell]


def _median(verdier: Iterable[Tall | Tomt]) -> Decimal | Tomt:
    synlige = [Decimal(str(verdi)) for verdi in verdier if synlig(verdi)]
    return median(synlige) if synlige else Tomt.UKJENT


def _figur(k: Kontekst, siste: int, andeler: list[tuple[str, Tall | Tomt]]) -> list[Blokk]:
    kjente = [(navn, verdi) for navn, verdi in andeler if synlig(verdi)]
    if not kjente:
        return []
    hoy, lav = max(kjente, key=lambda rad: rad[1]), min(kjente, key=lambda rad: rad[1])
    tabell = Tabell(
        "kostra-mot-andre",
        f"{k.navn} i prosent av medianen av de andre kommunene, {siste}",
        (Kolonne("indikator", "Indikator"), Kolonne("verdi", "Prosent av medianen", Slag.TALL, 0)),
        tuple(kjente),
        f"{KILDE}, rapporteringsaar = {siste}: verdi delt på medianen av de andre kommunenes verdi, ganger 100",
        "100 er det samme som medianen. Antall er ikke med, for kommunene er ulike store.",
    )
    beskrivelse = (
        f"Høyest er {hoy[0]} med {vist(hoy[1], Slag.TALL)} prosent av medianen, lavest er {lav[0]} med "
        f"{vist(lav[1], Slag.TALL)} prosent."
    )
    return [
        Figur(
            "figur-kostra-mot-andre",
            tabell.tittel,
            beskrivelse,
            tabell,
            Figurslag.LIGGENDE,
            "indikator",
            "verdi",
            y_tittel="Prosent av medianen",
            referanse=100.0,
        )
    ]


def _ssb(k: Kontekst, siste: int) -> Tabell | None:
    """Return what SSB has published of the municipality and the country; None when it is not delivered."""
    egne = k.publisert.sammenligning.get(k.nummer, ())
    andre = [rad for rad in k.publisert.sammenligning.get("", ()) if rad.region_type.startswith("landet")]
    aaret = max((rad.aar for rad in egne if rad.aar <= siste), default=None)
    if aaret is None:
        return None
    landet = {(rad.tabell, rad.variabel): rad for rad in andre if rad.aar == aaret}
    rader = tuple(
        (
            rad.navn,
            rad.tabell,
            _som_hos_ssb(rad.verdi),
            _som_hos_ssb(hele.verdi) if (hele := landet.get((rad.tabell, rad.variabel))) else Tomt.UKJENT,
        )
        for rad in egne
        if rad.aar == aaret
    )
    return Tabell(
        "kostra-ssb",
        f"SSBs egne tall, {aaret}",
        (
            Kolonne("tall", "Tall"),
            Kolonne("tabell", "SSB-tabell"),
            Kolonne("kommunen", k.navn, Slag.TALL),
            Kolonne("landet", "Landet", Slag.TALL),
        ),
        rader,
        f"bi.kostra_sammenligning, rapporteringsaar = {aaret}, kommunenummer = {k.nummer} og region_type = landet",
    )


def _som_hos_ssb(verdi: Tall | Tomt) -> Maalt | Tomt:
    if isinstance(verdi, Tomt):
        return verdi
    tall = Decimal(str(verdi)).normalize()
    return Maalt(verdi, Slag.TALL, max(0, -tall.as_tuple().exponent))
