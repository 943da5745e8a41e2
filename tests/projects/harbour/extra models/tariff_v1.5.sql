select 2 as fee
