from typing import Literal

StallCause = Literal[
    "ad_boundary",
    "decoder",
    "live_edge",
    "network",
    "rendition_switch",
    "seek",
    "suspended",
    "unknown",
]

STALL_CAUSE_VALUES: set[StallCause] = {
    "ad_boundary",
    "decoder",
    "live_edge",
    "network",
    "rendition_switch",
    "seek",
    "suspended",
    "unknown",
}


def check_stall_cause(value: str) -> StallCause:
    if value in STALL_CAUSE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {STALL_CAUSE_VALUES!r}"
    )
