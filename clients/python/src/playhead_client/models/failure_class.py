from typing import Literal

FailureClass = Literal[
    "ad",
    "business",
    "decode",
    "drm",
    "manifest",
    "network",
    "segment",
    "timeout",
    "unknown",
]

FAILURE_CLASS_VALUES: set[FailureClass] = {
    "ad",
    "business",
    "decode",
    "drm",
    "manifest",
    "network",
    "segment",
    "timeout",
    "unknown",
}


def check_failure_class(value: str) -> FailureClass:
    if value in FAILURE_CLASS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FAILURE_CLASS_VALUES!r}"
    )
