-- The check digits of fødselsnummer, D-number and DUF number, as numbers of 11 and 12 digits (null gives null).

-- Digit number `plass` from the right, 0 the last.
create or replace macro siffer(tall, plass) as (tall // (10 ** plass)::bigint) % 10;

create or replace macro har_rette_kontrollsiffer(n) as
    (
        3 * siffer(n, 10) + 7 * siffer(n, 9) + 6 * siffer(n, 8) + siffer(n, 7) + 8 * siffer(n, 6)
        + 9 * siffer(n, 5) + 4 * siffer(n, 4) + 5 * siffer(n, 3) + 2 * siffer(n, 2) + siffer(n, 1)
    ) % 11 = 0
    and (
        5 * siffer(n, 10) + 4 * siffer(n, 9) + 3 * siffer(n, 8) + 2 * siffer(n, 7) + 7 * siffer(n, 6)
        + 6 * siffer(n, 5) + 5 * siffer(n, 4) + 4 * siffer(n, 3) + 3 * siffer(n, 2) + 2 * siffer(n, 1) + siffer(n, 0)
    ) % 11 = 0;

create or replace macro er_gyldig_duf(n) as
    (
        4 * siffer(n, 11) + 6 * siffer(n, 10) + 3 * siffer(n, 9) + 2 * siffer(n, 8) + 4 * siffer(n, 7)
        + 6 * siffer(n, 6) + 3 * siffer(n, 5) + 2 * siffer(n, 4) + 7 * siffer(n, 3) + 5 * siffer(n, 2)
    ) % 11 = n % 100;

-- A number for one whose personal number is not known ends in one of these.
create or replace macro er_plassholder(n) as n % 100000 in (100, 200, 99999);
