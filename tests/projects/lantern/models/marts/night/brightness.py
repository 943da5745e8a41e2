def model(dbt, session):
    dbt.config(materialized="table", tags="night")
    return dbt.ref("lit_at_night").join(dbt.ref("lamp_prices", v="final"))
