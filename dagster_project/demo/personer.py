"""Made-up persons with synthetic numbers: with 80 added to the month, none can be a real person's."""

from dataclasses import dataclass, fields

import numpy as np

from dagster_project.demo.nivaa import blanding, nivaa

MANN, KVINNE = 1, 2
UGIFT, GIFT, SAMBOER, SKILT, ENKE = 1, 2, 3, 4, 5
SYNTETISK_MAANED = 80
PLASSHOLDER_MANN, PLASSHOLDER_KVINNE, PLASSHOLDER_UKJENT = 100, 200, 99999
# A year that has not come, so that no DUF number can be a real person's.
DUF_AAR = 2099

# The individual number tells the century: 000-499 is 19YY for any YY, 500-999 is 20YY for YY up to 39.
FORSTE_INDIVID_2000 = 500

VEKTER_1 = np.array((3, 7, 6, 1, 8, 9, 4, 5, 2), np.int64)
VEKTER_2 = np.array((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), np.int64)
VEKTER_DUF = np.array((4, 6, 3, 2, 4, 6, 3, 2, 7, 5), np.int64)

FAMILIEFASER, _ = blanding("familiefase")


@dataclass(frozen=True)
class Personer:
    """Persons as columns of equal length; one element per person.

    A number that a person lacks is 0. `barn` is the number of children under 18, `familiefase` an index into
    FAMILIEFASER.
    """

    fodselsdato: np.ndarray
    fodselsnummer: np.ndarray
    duf: np.ndarray
    kjonn: np.ndarray
    sivilstand: np.ndarray
    familiefase: np.ndarray
    barn: np.ndarray

    @property
    def fodselsaar(self) -> np.ndarray:
        """Birth year."""
        return self.fodselsdato.astype("datetime64[Y]").astype(np.int64) + 1970

    def ta(self, valg: np.ndarray | slice) -> "Personer":
        """Return the chosen persons, in the order of `valg`, with repeats where it repeats."""
        return Personer(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


def lag_personer(rng: np.random.Generator, alder: np.ndarray, aar: np.ndarray) -> Personer:
    """Make one person for each age reached in its year; no two share a number.

    Shape: `alder` and `aar` have one element per person to make.
    A few have a placeholder number (level `andel_plassholder`) or only a DUF number (`andel_bare_duf`).
    """
    antall = len(alder)
    fase = rng.choice(len(FAMILIEFASER), antall, p=blanding("familiefase")[1]).astype(np.int8)
    fase = np.where(alder < 18, FAMILIEFASER.index("enslig_mann"), fase)
    navn = np.array(FAMILIEFASER)[fase]
    par = np.char.startswith(navn, "par")
    andel_menn = np.select(
        (navn == "enslig_mann", navn == "enslig_kvinne", par),
        (1.0, 0.0, nivaa("andel_menn_par")),
        nivaa("andel_menn_enslig_med_barn"),
    )
    andel_menn = np.where(alder < 18, 0.5, andel_menn)
    kjonn = np.where(rng.random(antall) < andel_menn, MANN, KVINNE).astype(np.int8)
    sivilstand = np.where(
        par,
        np.where(rng.random(antall) < 0.6, GIFT, SAMBOER),
        np.where((alder < 30) | (rng.random(antall) < 0.6), UGIFT, np.where(alder < 67, SKILT, ENKE)),
    ).astype(np.int8)
    koder, andeler = blanding("antall_barn")
    barn = np.where(np.char.endswith(navn, "med_barn"), rng.choice(np.array(koder, np.int8), antall, p=andeler), 0)
    fodselsnummer, fodselsdato = lag_fodselsnummer(rng, aar - alder, kjonn)
    trekning = rng.random(antall)
    bare_duf = trekning < nivaa("andel_bare_duf")
    plassholder = ~bare_duf & (trekning < nivaa("andel_bare_duf") + nivaa("andel_plassholder"))
    fodselsnummer = np.where(plassholder, lag_plassholder(fodselsdato, kjonn), fodselsnummer)
    return Personer(
        fodselsdato=fodselsdato,
        fodselsnummer=np.where(bare_duf, 0, fodselsnummer),
        duf=np.where(bare_duf, lag_duf(np.arange(antall)), 0),
        kjonn=kjonn,
        sivilstand=sivilstand,
        familiefase=fase.astype(np.int8),
        barn=barn.astype(np.int8),
    )


def lag_fodselsnummer(
    rng: np.random.Generator, fodselsaar: np.ndarray, kjonn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Make unique synthetic fødselsnummer and the birth dates they stand for.

    Shape: one number (int64, to be written with 11 digits) and one date per element in. The check
    digits are right, the individual number fits the birth year 1900-2039, and its last digit is odd for men.
    """
    antall = len(fodselsaar)
    nummer = np.zeros(antall, np.int64)
    dato = np.zeros(antall, "datetime64[D]")
    aarets_start = (fodselsaar - 1970).astype("datetime64[Y]")
    aarets_dager = ((aarets_start + 1).astype("datetime64[D]") - aarets_start.astype("datetime64[D]")).astype(np.int64)
    mangler = np.arange(antall)
    while mangler.size:
        dag = (rng.random(mangler.size) * aarets_dager[mangler]).astype(np.int64)
        dato[mangler] = aarets_start[mangler].astype("datetime64[D]") + dag
        individ = 2 * rng.integers(0, 250, mangler.size) + (kjonn[mangler] == MANN)
        individ += np.where(fodselsaar[mangler] >= 2000, FORSTE_INDIVID_2000, 0)
        nummer[mangler] = _med_kontrollsifre(_datosifre(dato[mangler], SYNTETISK_MAANED) * 1000 + individ)
        _, forste = np.unique(nummer, return_index=True)
        unik = np.zeros(antall, bool)
        unik[forste] = True
        mangler = np.flatnonzero(~unik | (nummer == 0))
    return nummer, dato


def lag_plassholder(fodselsdato: np.ndarray, kjonn: np.ndarray) -> np.ndarray:
    """Make birth date + 00100, 00200 or 99999, SSB's numbers for people without a known personal number.

    The date is written as it is, because SSB reads no synthetic month there; an ending that by chance
    would give right check digits, and so could be a real number, is swapped for another.
    """
    stamme = _datosifre(fodselsdato, 0) * 100_000
    nummer = stamme + np.where(kjonn == MANN, PLASSHOLDER_MANN, PLASSHOLDER_KVINNE)
    return np.where(har_rette_kontrollsifre(nummer), stamme + PLASSHOLDER_UKJENT, nummer)


def er_plassholder(nummer: np.ndarray) -> np.ndarray:
    """Tell which numbers only stand for somebody whose personal number is not known."""
    return np.isin(nummer % 100_000, (PLASSHOLDER_MANN, PLASSHOLDER_KVINNE, PLASSHOLDER_UKJENT)) & (nummer > 0)


def lag_duf(lopenummer: np.ndarray) -> np.ndarray:
    """Make 12-digit DUF numbers: year, serial number and two check digits."""
    stamme = DUF_AAR * 1_000_000 + lopenummer % 1_000_000
    return stamme * 100 + _sifre(stamme, 10) @ VEKTER_DUF % 11


def har_rette_kontrollsifre(nummer: np.ndarray) -> np.ndarray:
    """Tell which 11-digit numbers have right check digits; no look at the date."""
    sifre = _sifre(nummer, 11)
    forste = sifre @ np.append(VEKTER_1, (1, 0)) % 11
    andre = sifre @ np.append(VEKTER_2, 1) % 11
    return (forste == 0) & (andre == 0)


def _datosifre(dato: np.ndarray, tillegg_maaned: int) -> np.ndarray:
    aar = dato.astype("datetime64[Y]")
    maaned = dato.astype("datetime64[M]")
    dag = (dato - maaned.astype("datetime64[D]")).astype(np.int64) + 1
    maaned_nr = (maaned - aar.astype("datetime64[M]")).astype(np.int64) + 1 + tillegg_maaned
    return (dag * 100 + maaned_nr) * 100 + (aar.astype(np.int64) + 1970) % 100


def _sifre(tall: np.ndarray, antall: int) -> np.ndarray:
    return tall[:, None] // 10 ** np.arange(antall - 1, -1, -1, dtype=np.int64) % 10


def _med_kontrollsifre(ni_sifre: np.ndarray) -> np.ndarray:
    """Add the check digits; 0 where none exist, or where the number would look like a placeholder."""
    forste = -(_sifre(ni_sifre, 9) @ VEKTER_1) % 11
    ti_sifre = ni_sifre * 10 + forste
    andre = -(_sifre(ti_sifre, 10) @ VEKTER_2) % 11
    nummer = ti_sifre * 10 + andre
    slutt = nummer % 100_000
    ugyldig = (forste == 10) | (andre == 10)
    ugyldig |= np.isin(slutt, (PLASSHOLDER_MANN, PLASSHOLDER_KVINNE, PLASSHOLDER_UKJENT))
    return np.where(ugyldig, 0, nummer)
