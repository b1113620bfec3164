from typing import Literal

Source = Literal["address", "context", "totals", "user_agent"]

SOURCE_VALUES: set[Source] = {
    "address",
    "context",
    "totals",
    "user_agent",
}


def check_source(value: str) -> Source:
    if value in SOURCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SOURCE_VALUES!r}")
