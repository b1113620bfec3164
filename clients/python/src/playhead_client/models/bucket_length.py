from typing import Literal

BucketLength = Literal["5min", "day", "hour", "minute", "month", "week"]

BUCKET_LENGTH_VALUES: set[BucketLength] = {
    "5min",
    "day",
    "hour",
    "minute",
    "month",
    "week",
}


def check_bucket_length(value: str) -> BucketLength:
    if value in BUCKET_LENGTH_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BUCKET_LENGTH_VALUES!r}"
    )
