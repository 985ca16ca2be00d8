"""What SQLAlchemy over psycopg2 sees of the views and of a published table. Prints TAP lines.

Arguments: an URL, and the names of the models that its role may see.
"""
import datetime
import decimal
import math
import sys

import sqlalchemy
from sqlalchemy import types

PLAIN = (types.Text, types.VARCHAR, types.Integer, types.BigInteger, types.Float, types.Numeric, types.Date,
         types.DateTime, types.Boolean)
VALUES = (str, int, float, bool, decimal.Decimal, datetime.date, datetime.datetime, type(None))
failed = False


def check(ok, what):
    global failed
    print(("ok" if ok else "not ok") + " - SQLAlchemy " + what)
    failed = failed or not ok


def columns(inspector, schema, table):
    found = inspector.get_columns(table, schema=schema)
    for column in found:
        name = table + "." + column["name"]
        kind = column["type"]
        if not isinstance(kind, PLAIN) or isinstance(kind, types.ARRAY):
            check(False, f"{name} is of type {kind!r}")
        if not column["comment"]:
            check(False, name + " has no comment")
        if type(kind).__name__ == "NUMERIC" and not (kind.precision and kind.precision <= 28):
            check(False, name + " is numeric without a precision")
    return len(found)


def read(connection, schema, table):
    rows = connection.execute(sqlalchemy.text(f"SELECT * FROM {schema}.{table}")).fetchall()
    for row in rows:
        for value in row:
            if not isinstance(value, VALUES) or isinstance(value, float) and not math.isfinite(value):
                check(False, f"{table} holds {value!r}")
    return len(rows)


engine = sqlalchemy.create_engine(sys.argv[1])
inspector = sqlalchemy.inspect(engine)
check("segment" in inspector.get_schema_names(), "lists the schema")
views = sorted(inspector.get_view_names(schema="segment"))
check(len(views) >= 7, f"lists {len(views)} views")
with engine.connect() as connection:
    for view in views:
        check(columns(inspector, "segment", view) > 0, f"{view}: {read(connection, 'segment', view)} rows")
    for table in ("customer_segments", "customer_segments_history"):
        check(columns(inspector, "public", table) > 0, f"{table}: {read(connection, 'public', table)} rows")
    names = connection.execute(sqlalchemy.text("SELECT model_name FROM segment.models ORDER BY 1")).scalars()
    check(",".join(names) == sys.argv[2], "sees its models and no others: " + sys.argv[2])
sys.exit(failed)
