from typing import Literal

BelongsBy = Literal["end", "start"]

BELONGS_BY_VALUES: set[BelongsBy] = {
    "end",
    "start",
}


def check_belongs_by(value: str) -> BelongsBy:
    if value in BELONGS_BY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BELONGS_BY_VALUES!r}"
    )
