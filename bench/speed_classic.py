"""What a user writes instead: train, loop over the days of February 2022, three numbers a day, no page, no pauses.

DATABASE_URL=... python bench/speed_classic.py FOLDER_OF_MONTHS [DAYS]
"""

import datetime as dt
import os
import sys
from pathlib import Path

import pandas as pd
import psycopg
from evidently import DataDefinition, Dataset, Report
from evidently.metrics import DatasetMissingValueCount, DriftedColumnsCount, ValueDrift
from sklearn.linear_model import LinearRegression

NUMERIC = ["passenger_count", "trip_distance", "fare_amount", "total_amount"]
CATEGORICAL = ["PULocationID", "DOLocationID"]
FEATURES = [*NUMERIC, *CATEGORICAL]
USED = [*FEATURES, "prediction"]
DEFINITION = DataDefinition(numerical_columns=[*NUMERIC, "prediction"], categorical_columns=CATEGORICAL)

folder = Path(sys.argv[1])
days = int(sys.argv[2]) if len(sys.argv) > 2 else 28

january = pd.read_parquet(folder / "green_tripdata_2022-01.parquet")
january["minutes"] = (january.lpep_dropoff_datetime - january.lpep_pickup_datetime).dt.total_seconds() / 60
january = january[january.minutes.between(0, 60) & (january.passenger_count > 0) & (january.passenger_count <= 8)]
training, reference = january[:30_000], january[30_000:].copy()
model = LinearRegression().fit(training[FEATURES], training["minutes"])
reference["prediction"] = model.predict(reference[FEATURES])

february = pd.read_parquet(folder / "green_tripdata_2022-02.parquet")
report = Report([ValueDrift(column="prediction"), DriftedColumnsCount(columns=USED), DatasetMissingValueCount()])

with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("drop table if exists classic")
    connection.execute("create table classic (day date, prediction_drift float, drifted_columns int, missing float)")
    for number in range(days):
        day = dt.datetime(2022, 2, 1) + dt.timedelta(number)
        pickup = february.lpep_pickup_datetime
        current = february[(pickup >= day) & (pickup < day + dt.timedelta(1))].copy()
        current["prediction"] = model.predict(current[FEATURES].fillna(0))
        found = report.run(
            Dataset.from_pandas(current[USED], data_definition=DEFINITION),
            Dataset.from_pandas(reference[USED], data_definition=DEFINITION),
        )
        drift, drifted, missing = (metric["value"] for metric in found.dict()["metrics"])
        row = (day, float(drift), int(drifted["count"]), float(missing["share"]))
        connection.execute("insert into classic values (%s, %s, %s, %s)", row)
