from typing import Literal

AnsweredFrom = Literal["beacons", "cells", "impressions"]

ANSWERED_FROM_VALUES: set[AnsweredFrom] = {
    "beacons",
    "cells",
    "impressions",
}


def check_answered_from(value: str) -> AnsweredFrom:
    if value in ANSWERED_FROM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ANSWERED_FROM_VALUES!r}"
    )
