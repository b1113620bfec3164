from typing import Literal

ObjectType = Literal["a", "av", "c", "i", "k", "m", "o", "tt", "v"]

OBJECT_TYPE_VALUES: set[ObjectType] = {
    "a",
    "av",
    "c",
    "i",
    "k",
    "m",
    "o",
    "tt",
    "v",
}


def check_object_type(value: str) -> ObjectType:
    if value in OBJECT_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OBJECT_TYPE_VALUES!r}"
    )
