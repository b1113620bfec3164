from typing import Literal

Unit = Literal["bps", "bytes", "count", "ms", "per_hour", "points", "ratio", "viewers"]

UNIT_VALUES: set[Unit] = {
    "bps",
    "bytes",
    "count",
    "ms",
    "per_hour",
    "points",
    "ratio",
    "viewers",
}


def check_unit(value: str) -> Unit:
    if value in UNIT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {UNIT_VALUES!r}")
