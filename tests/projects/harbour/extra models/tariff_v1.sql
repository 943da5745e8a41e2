select 1 as fee
