"""What is granted for each month, divided on benefits, with the dates of the routine before anything goes wrong."""

from dataclasses import dataclass, fields, replace

import numpy as np

from dagster_project.demo.avvik import Avviksplan, trekker
from dagster_project.demo.behov import Behov, er_fortsettelse
from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.verden import forste_dag, maaned_av
from dagster_project.demo.virkedager import Virkedager

STONADSARTER = (
    "LIVSOPPHOLD",
    "BOUTGIFT",
    "STROM",
    "HOYTID",
    "NODHJELP",
    "HELSE_TANN",
    "DEPOSITUM",
    "ETABLERING",
    "ANNET",
    "UKJENT",
)
FORMER = BIDRAG, LAAN = ("BIDRAG", "LAAN")
INGEN_AARSAK = ""
AARSAKER = (
    INGEN_AARSAK,
    "helgeforskyvning",
    "etterslep_vedtak",
    "husleierestanse",
    "forskudd",
    "tilbakeforing",
    "strom_kvartal",
    "hoytidstillegg",
)
STROM_MAANEDER = 3
FORSTE_STROMFAKTURA_MAANED = 2
LANGVARIG_MAANEDER = 6
MIDT_I_MAANEDEN = 15
INGEN_DATO = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Linjer:
    """One element per benefit of a person for a month (or, when billed together, a few months).

    `fra` and `til` are the months it is for; `art`, `form` and `aarsak` are indexes; `ore` is hundredths of a krone.
    `hendelse` is above 0 where an event decides the dates, and lines with the same number are decided together.
    """

    kommune: np.ndarray
    person: np.ndarray
    art: np.ndarray
    form: np.ndarray
    fra: np.ndarray
    til: np.ndarray
    ore: np.ndarray
    er_regelmessig: np.ndarray
    er_ny: np.ndarray
    vedtatt: np.ndarray
    registrert: np.ndarray
    utbetalt: np.ndarray
    aarsak: np.ndarray
    hendelse: np.ndarray

    def ta(self, valg: np.ndarray) -> "Linjer":
        """Return the chosen lines."""
        return Linjer(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


@dataclass(frozen=True)
class Rutine:
    """How payments get their dates: the months of the world, its working days, and each municipality's payday."""

    maaneder: np.ndarray
    dager: Virkedager
    betalingsdag: np.ndarray


def lag_linjer(fro: int, antall_personer: int, behov: Behov, plan: Avviksplan, rutine: Rutine) -> Linjer:
    """Divide what is granted on benefits and give each line the dates of the routine."""
    return _legg_i_tid(fro, antall_personer, _fordel_paa_arter(fro, antall_personer, behov, plan, rutine), plan, rutine)


def lik_for_person_og_maaned(linjer: Linjer, trukket: np.ndarray) -> np.ndarray:
    """Give all lines of a person and month in a municipality what was drawn for one of them."""
    nokkel = (linjer.kommune * (linjer.person.max(initial=0) + 1) + linjer.person) * 100_000 + linjer.til
    _, forste, plass = np.unique(nokkel, return_index=True, return_inverse=True)
    return trukket[forste][plass]


def _fordel_paa_arter(fro: int, antall_personer: int, behov: Behov, plan: Avviksplan, rutine: Rutine) -> Linjer:
    """Divide each month's stønad on benefits."""
    rng, egenskap = trekker(fro, "arter"), trekker(fro, "bolig")
    antall = len(behov.person)
    har_bolig = (egenskap.random(antall_personer) < nivaa("andel_med_boutgift"))[behov.person]
    boandel = egenskap.uniform(nivaa("boutgift_lavest"), nivaa("boutgift_hoyest"), antall_personer)[behov.person]
    har_strom = har_bolig & (egenskap.random(antall_personer) < nivaa("andel_med_strom"))[behov.person]
    fortsetter = er_fortsettelse(behov.kommune, behov.person, maaned=behov.maaned)
    # Amounts in the files have øre; 11F rounds them to whole kroner.
    bidrag = np.where(behov.bidrag > 0, behov.bidrag * 100 + rng.integers(-49, 50, antall), 0)
    laan = behov.laan * 100
    bolig = np.rint(bidrag * boandel * har_bolig).astype(np.int64)
    faktura = _faktura_maaned(behov, fortsetter) if plan.strom_kvartal else np.full(antall, -1)
    strom = np.rint(bidrag * nivaa("strom_andel") * (har_strom & (faktura >= 0))).astype(np.int64)
    far_engang = (bidrag > 0) & (rng.random(antall) < nivaa("andel_engangsstonad"))
    engang = np.rint((bidrag - bolig - strom) * rng.uniform(0.3, 0.6, antall) * far_engang).astype(np.int64)
    hoytid = _hoytidstillegg(rng, behov) if plan.hoytidstillegg else np.zeros(antall, np.int64)
    bare_laan = (bidrag == 0) & (laan > 0)
    engangsart = _trekk_art(rng, "engangsart", antall)
    laaneart = np.where(bare_laan, STONADSARTER.index("LIVSOPPHOLD"), _trekk_art(rng, "laaneart", antall))
    forste_i_verden = ~np.isin(behov.maaned - 1, rutine.maaneder)
    er_ny = ~fortsetter & ~forste_i_verden
    biter = [
        _bit(behov, "LIVSOPPHOLD", BIDRAG, bidrag - bolig - strom - engang, er_ny, True),
        _bit(behov, "BOUTGIFT", BIDRAG, bolig, er_ny, True),
        _bit(behov, laaneart, LAAN, laan, er_ny, bare_laan),
        _bit(behov, engangsart, BIDRAG, engang, er_ny, False),
        _bit(behov, "HOYTID", BIDRAG, hoytid, er_ny, False),
        _samle_strom(_bit(behov, "STROM", BIDRAG, strom, er_ny, False), faktura[strom > 0]),
    ]
    return Linjer(*(np.concatenate([getattr(bit, felt.name) for bit in biter]) for felt in fields(Linjer)))


def _trekk_art(rng: np.random.Generator, blandingens_navn: str, antall: int) -> np.ndarray:
    koder, andeler = blanding(blandingens_navn)
    return np.array([STONADSARTER.index(kode) for kode in koder])[rng.choice(len(koder), antall, p=andeler)]


def _bit(
    behov: Behov, art: str | np.ndarray, form: str, ore: np.ndarray, er_ny: np.ndarray, regelmessig: bool | np.ndarray
) -> Linjer:
    """Make the lines of one benefit, without dates."""
    valg = ore > 0
    antall = int(valg.sum())
    ingen_dato = np.full(antall, INGEN_DATO)
    artene = np.broadcast_to(STONADSARTER.index(art) if isinstance(art, str) else art, len(ore))
    return Linjer(
        kommune=behov.kommune[valg],
        person=behov.person[valg],
        art=artene[valg].astype(np.int8),
        form=np.full(antall, FORMER.index(form), np.int8),
        fra=behov.maaned[valg],
        til=behov.maaned[valg],
        ore=ore[valg],
        er_regelmessig=np.broadcast_to(regelmessig, len(ore))[valg],
        er_ny=er_ny[valg],
        vedtatt=ingen_dato,
        registrert=ingen_dato,
        utbetalt=ingen_dato,
        aarsak=np.zeros(antall, np.int8),
        hendelse=np.zeros(antall, np.int32),
    )


def _faktura_maaned(behov: Behov, fortsetter: np.ndarray) -> np.ndarray:
    """Return the month each month's electricity is billed in; -1 where the person does not receive until then."""
    vent = (FORSTE_STROMFAKTURA_MAANED - 1 - behov.maaned) % STROM_MAANEDER
    neste = np.append(fortsetter[1:], False)
    nest_neste = np.append(neste[1:], False) & neste
    mottar_da = np.select((vent == 0, vent == 1), (True, neste), nest_neste)
    return np.where(mottar_da, behov.maaned + vent, -1)


def _samle_strom(linjer: Linjer, faktura: np.ndarray) -> Linjer:
    """Put the months of one bill together; the lines are in order of municipality, person and month."""
    lik = (linjer.kommune[1:] == linjer.kommune[:-1]) & (linjer.person[1:] == linjer.person[:-1])
    er_forst = np.append(True, ~(lik & (faktura[1:] == faktura[:-1])))[: len(faktura)]
    regning = np.cumsum(er_forst) - 1
    samlet = linjer.ta(er_forst)
    ore = np.bincount(regning, linjer.ore, minlength=len(samlet.ore)).astype(np.int64)
    return replace(samlet, til=faktura[er_forst], ore=ore)


def _hoytidstillegg(rng: np.random.Generator, behov: Behov) -> np.ndarray:
    """Draw the supplement of December, in øre, for those with six months or more of the last twelve."""
    nokkel = (behov.kommune.astype(np.int64) * (behov.person.max(initial=0) + 1) + behov.person) * 100_000
    siste_tolv = np.arange(len(nokkel)) - np.searchsorted(nokkel + behov.maaned, nokkel + behov.maaned - 11) + 1
    kroner = np.rint(nivaa("hoytidstillegg_kr") * rng.uniform(0.7, 1.3, len(nokkel)))
    far = (behov.maaned % 12 == 11) & (siste_tolv >= LANGVARIG_MAANEDER) & (behov.bidrag > 0)
    return np.where(far, kroner * 100, 0).astype(np.int64)


def _legg_i_tid(fro: int, antall_personer: int, linjer: Linjer, plan: Avviksplan, rutine: Rutine) -> Linjer:
    """Give each line the dates of the routine: payday, or the decision where it is new, billed or for once."""
    dager = rutine.dager
    antall = len(linjer.person)
    dag = trekker(fro, "dag").integers(0, 14, antall)
    # Persons, not lines: what is decided together has one date.
    person_dag = lik_for_person_og_maaned(linjer, dag)
    i_maaneden = forste_dag(linjer.til) + 2 + person_dag
    i_maaneden = np.where(linjer.art == STONADSARTER.index("STROM"), forste_dag(linjer.til) + 11, i_maaneden)
    i_maaneden = np.where(linjer.art == STONADSARTER.index("HOYTID"), forste_dag(linjer.til) + 6, i_maaneden)
    vedtaksdag = dager.neste(i_maaneden)
    midt_i = trekker(fro, "midt i").random(antall_personer) < nivaa("andel_betalt_midt_i_maaneden")
    betalingsdag = np.where(midt_i[linjer.person], MIDT_I_MAANEDEN, rutine.betalingsdag[linjer.kommune])
    onsket = forste_dag(linjer.til) + (betalingsdag - 1)
    fast = dager.betalingsdag(linjer.til, betalingsdag)
    flyttet = maaned_av(fast) != linjer.til
    # A payment is not moved out of the world, nor at all where the plan has no such shift.
    blir = flyttet & ~(np.isin(maaned_av(fast), rutine.maaneder) & plan.helgeforskyvning)
    fast = np.where(blir, dager.neste(onsket), fast)
    paa_dagen = linjer.er_regelmessig & ~linjer.er_ny
    aarsak = np.select(
        (
            paa_dagen & flyttet & ~blir,
            linjer.art == STONADSARTER.index("STROM"),
            linjer.art == STONADSARTER.index("HOYTID"),
        ),
        [AARSAKER.index(ett) for ett in ("helgeforskyvning", "strom_kvartal", "hoytidstillegg")],
        0,
    )
    return replace(
        linjer,
        vedtatt=np.where(paa_dagen, forste_dag(linjer.fra - 1) + 7 + person_dag % 12, vedtaksdag),
        registrert=np.where(paa_dagen, dager.siste(fast, 4), vedtaksdag),
        utbetalt=np.where(paa_dagen, fast, dager.neste(vedtaksdag, 3)),
        aarsak=aarsak.astype(np.int8),
    )
