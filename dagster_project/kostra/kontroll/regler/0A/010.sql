select
    post.fil_id,
    post.linje,
    post.funksjon as verdi,
    if(post.kvartal in ('1', '2', '3'), 'WARNING', 'ERROR') as alvor,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where
    post.er_bevilgning
    and post.funksjon not in koder('funksjon')
    and not (
        kjoring.region between '030100' and '030115'
        and post.funksjon in koder('funksjon_oslo')
    )
    and not (
        kjoring.region between '030101' and '030115'
        and post.funksjon in koder('funksjon_bydel')
    )
