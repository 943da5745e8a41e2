select 1 as tree_id
