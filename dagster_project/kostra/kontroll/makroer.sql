-- How SSB's program reads one field. Every macro answers for any text: none fails, and none gives null unless it says so.

-- White space is what Java counts as such in ISO-8859-1: space, tab, the separators 0x1C-0x1F and the no-break space.
create or replace macro trim_blanke(s) as
    trim(s, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || chr(160));

create or replace macro er_blank(s) as
    ltrim(s, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || chr(160)) = '';

create or replace macro er_heltall(s) as
    regexp_full_match(s, '[\t-\r\x1c-\x20\x{a0}]*[+-]?[0-9]+[\t-\r\x1c-\x20\x{a0}]*');

-- What is no whole number counts as 0. Nearly all are digits alone, which is quicker to see.
create or replace macro heltall(s) as
    coalesce(
        case
            when regexp_full_match(s, '[0-9]+') then try_cast(s as integer)
            when er_heltall(s) then try_cast(trim_blanke(s) as integer)
        end,
        0
    );

-- The same for a field already known to hold nothing but digits and spaces.
create or replace macro heltall_av_siffer(s) as coalesce(try_cast(s as integer), 0);

-- DDMMYYYY. A day past the month's end is taken for the month's last day, so it needs no looking at the month.
create or replace macro er_dato(s) as
    regexp_full_match(s, '(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{4}')
    and right(s, 4) <> '0000';

-- The year of such a date; null where there is none.
create or replace macro dato_aar(s) as case when er_dato(s) then try_cast(right(s, 4) as integer) end;

-- A date that stands in the calendar; null where it does not.
create or replace macro strengt_dato(s) as
    case
        when er_dato(s) then try_cast(concat_ws('-', right(s, 4), substring(s, 3, 2), substring(s, 1, 2)) as date)
    end;

-- The twelve digits as a number; null where it is anything else.
create or replace macro duf_nummer(s) as
    case when regexp_full_match(trim_blanke(s), '[0-9]{12}') then trim_blanke(s)::bigint end;

create or replace macro fodselsaar_av_delene(dag, maaned, yy, individ) as
    case
        when dag between 1 and 31 and maaned between 1 and 12
            then
                yy
                + case
                    when individ >= 500 and yy <= 39 then 2000
                    when individ between 500 and 749 and yy >= 54 then 1800
                    when individ <= 499 or (individ >= 900 and yy >= 40) then 1900
                    else 2000
                end
    end;

create or replace macro fodselsaar_av_plassholder(dag, maaned, yy, aar) as
    case
        when dag between 1 and 31 and maaned between 1 and 12
            then 2000 + yy - if(2000 + yy > aar + 1, 100, 0)
    end;

-- The year of birth; null where the number has no possible date. Digit four or more first is a D-number;
-- 80 on the month is a made-up person. Neither is understood in a placeholder, nor 40 and 65 anywhere.
create or replace macro fodselsaar(n, aar) as
    case
        when er_plassholder(n)
            then fodselsaar_av_plassholder(n // 1000000000, (n // 10000000) % 100, (n // 100000) % 100, aar)
        else
            fodselsaar_av_delene(
                n // 1000000000 - if(n // 10000000000 >= 4, 40, 0),
                (n // 10000000) % 100 - if((n // 10000000) % 100 >= 80, 80, 0),
                (n // 100000) % 100,
                (n // 100) % 1000
            )
    end;

-- A sum of 32-bit whole numbers: past the largest it begins again at the smallest, as in SSB's program.
create or replace macro sum32(x) as
    coalesce((((sum(x) + 2147483648) % 4294967296 + 4294967296) % 4294967296 - 2147483648)::bigint, 0);

-- A code set and a limit of the form at hand, by name. Variables and not tables: most rules look one up, and a join
-- for each would cost more than the rule.
create or replace macro koder(navn) as getvariable('kontrollkode')[navn];

create or replace macro grense(navn) as getvariable('kontrollgrense')[navn];

-- The other lines of a group as text; `forste` holds the first few of them, in order, and `antall` how many there are.
create or replace macro andre_linjer(linje, forste, antall) as
    array_to_string(list_filter(forste, x -> x <> linje), ', ')
    || if(
        antall > len(forste),
        concat(' og ', antall - len(forste) - if(list_contains(forste, linje), 0, 1), ' til'),
        ''
    );

-- A value may be a stretch of anything where a record has slid sideways; a long number in it is not shown.
create or replace macro uten_langt_tall(s) as regexp_replace(s, '[0-9]{6,}', '######', 'g');
