select
    post.fil_id,
    post.linje,
    post.art_sektor as verdi,
    if(post.kvartal in ('1', '2', '3'), 'WARNING', 'ERROR') as alvor,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where
    post.er_bevilgning
    and post.art_sektor not in koder('art')
    and not (
        kjoring.region between '030101' and '030115'
        and post.art_sektor in koder('art_bydel')
    )
