"""One query and its columns: from SQL text to where each column comes from.

SQL -reading, scopes(items, sources, expressions)-> plan.SqlLineage      needs sqlglot, can be kept
SqlLineage + columns of relations -resolving(selecting, names, stacking)-> views.View      pure
"""
