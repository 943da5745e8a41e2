select upper(maker) as maker_code, max(load_kg) / 1000 as most_tonnes, min(commissioned) as first_used
from lifts
group by 1
