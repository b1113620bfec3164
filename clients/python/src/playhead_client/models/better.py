from typing import Literal

Better = Literal["higher", "lower", "neither"]

BETTER_VALUES: set[Better] = {
    "higher",
    "lower",
    "neither",
}


def check_better(value: str) -> Better:
    if value in BETTER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {BETTER_VALUES!r}")
