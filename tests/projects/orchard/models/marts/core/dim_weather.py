def model(dbt, session):
    dbt.config(materialized="table", tags=["science"])
    return dbt.source("farm", "weather_2024")
