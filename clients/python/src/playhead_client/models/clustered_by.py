from typing import Literal

ClusteredBy = Literal["attempt", "viewer"]

CLUSTERED_BY_VALUES: set[ClusteredBy] = {
    "attempt",
    "viewer",
}


def check_clustered_by(value: str) -> ClusteredBy:
    if value in CLUSTERED_BY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CLUSTERED_BY_VALUES!r}"
    )
