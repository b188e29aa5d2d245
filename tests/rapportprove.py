"""A made-up report with every kind of block, for the tests of how reports are drawn."""

from datetime import date
from decimal import Decimal

from dagster_project.rapport.innhold import (
    Alvor,
    Avsnitt,
    Definisjon,
    Figur,
    Figurslag,
    Kolonne,
    Lenke,
    Maalt,
    Nokkeltall,
    NokkeltallRad,
    Punkt,
    Punkter,
    Rapport,
    Seksjon,
    Slag,
    Tabell,
    Tomt,
)

MAANEDER = tuple(date(2023 + (nummer // 12), nummer % 12 + 1, 1) for nummer in range(46))
KOSTRA = "bi.ind_kostra"


def serietabell(id_: str = "utbetaling_tabell") -> Tabell:
    """Return two series of 46 months, one of them with a hidden and an unknown month."""
    rader = []
    for nummer, maaned in enumerate(MAANEDER):
        kontant = Decimal("1250000.50") + 17_531 * ((nummer * 7) % 11) + 9_000 * nummer
        rader.append((maaned, "kontant", kontant))
        rader.append((maaned, "periodisert", Tomt.SKJULT if nummer == 20 else kontant - 41_000 * (nummer % 3)))
    rader[4] = (*rader[4][:2], Tomt.UKJENT)
    return Tabell(
        id=id_,
        tittel="Utbetalt per måned",
        kolonner=(
            Kolonne("maaned", "Måned", Slag.MAANED),
            Kolonne("grunnlag", "Grunnlag"),
            Kolonne("belop_nok", "Utbetalt", Slag.KRONER),
        ),
        rader=tuple(rader),
        kilde="bi.ind_utbetaling_per_mottaker, populasjon = alle",
        forklaring="Tilbakeføringer er trukket fra.",
    )


def kategoritabell(id_: str, serier: bool = True) -> Tabell:
    """Return whole persons by age, in one or two years."""
    grupper = ("18–24 år", "25–44 år", "45–66 år", "67 år og over, uten alderspensjon fra folketrygden")
    return Tabell(
        id=id_,
        tittel="Mottakere etter alder",
        kolonner=(
            Kolonne("alder", "Alder"),
            Kolonne("aar", "År", Slag.AAR),
            Kolonne("mottakere_antall", "Mottakere", Slag.ANTALL),
        ),
        rader=tuple(
            (gruppe, aar, Tomt.SKJULT if nummer == 3 and aar == 2026 else 310 - 70 * nummer + (aar - 2025) * 12)
            for nummer, gruppe in enumerate(grupper)
            for aar in ((2025, 2026) if serier else (2026,))
        ),
        kilde="bi.ind_kostra_fordeling, indikator_id = mottakere_alder",
    )


LINJE = Figur(
    id="utbetaling",
    tittel="Utbetalt sosialhjelp per måned",
    beskrivelse="Kontant utbetaling gikk fra 1,25 mill. kr i januar 2023 til 1,67 mill. kr i oktober 2026.",
    tabell=serietabell(),
    slag=Figurslag.LINJE,
    x="maaned",
    y="belop_nok",
    serie="grunnlag",
    y_tittel="Kroner per måned",
    referanse=1_500_000,
    merker=((date(2024, 6, 1), "Etterbetaling ført i feil måned"), (date(2026, 3, 1), "Stort hopp i boutgifter")),
    fra_null=False,
)
STABLET = Figur(
    id="fordelt",
    tittel="Livsopphold og boutgifter",
    beskrivelse="De to delene ligger om lag likt gjennom hele perioden.",
    tabell=serietabell("fordelt_tabell"),
    slag=Figurslag.STABLET,
    x="maaned",
    y="belop_nok",
    serie="grunnlag",
    merker=((date(2024, 6, 1), "Etterbetaling"),),
)
SOYLE = Figur(
    id="alder",
    tittel="Mottakere etter alder",
    beskrivelse="Flest mottakere er mellom 18 og 24 år: 322 i 2026.",
    tabell=kategoritabell("alder_tabell"),
    slag=Figurslag.SOYLE,
    x="alder",
    y="mottakere_antall",
    serie="aar",
)
LIGGENDE = Figur(
    id="alder_liggende",
    tittel="Mottakere etter alder i år",
    beskrivelse="Flest mottakere er mellom 18 og 24 år: 322.",
    tabell=kategoritabell("alder_liggende_tabell", serier=False),
    slag=Figurslag.LIGGENDE,
    x="alder",
    y="mottakere_antall",
)
FIGURER = (LINJE, STABLET, SOYLE, LIGGENDE)

INDIKATORER = Tabell(
    id="indikatorer",
    tittel="Indikatorer mot i fjor",
    kolonner=(
        Kolonne("indikator", "Indikator"),
        Kolonne("i_aar", "2026", Slag.TALL),
        Kolonne("endring_pst", "Endring", Slag.PROSENT, 1),
        Kolonne("maalt_dato", "Regnet", Slag.DATO),
        Kolonne("er_endelig", "Endelig"),
    ),
    rader=(
        (Lenke("Stønadslengde", "def_stonadslengde"), Maalt(4.85, Slag.TALL, 1), -2.25, date(2026, 11, 3), True),
        (Lenke("Mottakere", "def_mottakere"), Maalt(1234, Slag.ANTALL), 0.04, date(2026, 11, 3), False),
        ("Andel <b>unge</b> & </script>", Tomt.SKJULT, Tomt.UKJENT, date(2026, 11, 3), False),
    ),
    kilde=KOSTRA,
)

OPPSUMMERING = Seksjon(
    "oppsummering",
    "Det viktigste",
    (
        NokkeltallRad(
            (
                Nokkeltall("Utbetalt", Maalt(Decimal("1666290.50"), Slag.KRONER), "+3,2 % fra oktober 2025", LINJE.id),
                Nokkeltall("Mottakere", Maalt(322, Slag.ANTALL), "−4 fra oktober 2025"),
                Nokkeltall("Langtidsmottakere", Tomt.SKJULT, "skjult, få personer"),
            )
        ),
        Punkter(
            (
                Punkt("Hovedboken mangler 41 000 kr i mars 2026.", Alvor.FEIL, INDIKATORER.id),
                Punkt("Boutgiftene steg 12,0 % på tre måneder.", Alvor.VARSEL, LINJE.id),
                Punkt("Tallene er foreløpige til 15. april.", Alvor.INFO),
                Punkt("Ingen måned er holdt tilbake.", Alvor.BRA),
            )
        ),
    ),
)


def rapport(med_intern: bool = False) -> Rapport:
    """Return the report; with a worklist when it is asked for."""
    intern = Seksjon("arbeidsliste", "Arbeidsliste", (Avsnitt("Journalnumrene under er bare for kontroll."),), True)
    return Rapport(
        kommunenummer="9911",
        kommunenavn="Fjordvik",
        maaned=date(2026, 10, 1),
        seksjoner=(
            OPPSUMMERING,
            Seksjon("utbetalt", "Utbetalinger", (Avsnitt("Alt i løpende kroner."), LINJE, STABLET)),
            Seksjon(
                "mottakere",
                "Mottakere og indikatorer",
                (
                    SOYLE,
                    LIGGENDE,
                    INDIKATORER,
                    Definisjon(
                        "def_stonadslengde",
                        "Stønadslengde",
                        "Måneder med stønad i kalenderåret, i snitt per mottaker.",
                        (("Formel", "sum av måneder / mottakere"), ("Kilde", "KOSTRA 11F")),
                    ),
                    Definisjon("def_mottakere", "Mottakere", "Personer med minst én utbetaling i året."),
                ),
            ),
            *([intern] if med_intern else []),
        ),
        publisert="Publisert 3. november 2026 kl. 06.12.",
    )
