from typing import Literal

Operator = Literal[
    "CONTAINS", "EQ", "GT", "GTE", "IN", "LT", "LTE", "NE", "NOTCONTAINS"
]

OPERATOR_VALUES: set[Operator] = {
    "CONTAINS",
    "EQ",
    "GT",
    "GTE",
    "IN",
    "LT",
    "LTE",
    "NE",
    "NOTCONTAINS",
}


def check_operator(value: str) -> Operator:
    if value in OPERATOR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {OPERATOR_VALUES!r}")
