select 'B' || quay as berth_code, quay_length / 2 as usable_metres from quays
