from typing import Literal

ComparedWith = Literal["itself", "wider"]

COMPARED_WITH_VALUES: set[ComparedWith] = {
    "itself",
    "wider",
}


def check_compared_with(value: str) -> ComparedWith:
    if value in COMPARED_WITH_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {COMPARED_WITH_VALUES!r}"
    )
