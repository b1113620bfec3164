from typing import Literal

Kind = Literal["concurrency", "distinct", "distribution", "ratio", "sum"]

KIND_VALUES: set[Kind] = {
    "concurrency",
    "distinct",
    "distribution",
    "ratio",
    "sum",
}


def check_kind(value: str) -> Kind:
    if value in KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {KIND_VALUES!r}")
