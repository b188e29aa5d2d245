-- The sender either reports records or says that there is nothing; a file of one character says the latter.
select
    fil_id,
    if(har_vedlegg or lengde <> 1, 'FATAL', 'OK') as alvor,
from kjoring
where
    not har_vedlegg
    or lengde = 1
