from typing import Literal

AttemptOrder = Literal[
    "error_count",
    "play_ms",
    "stall_count",
    "stall_session_ms",
    "started_at",
    "startup_any_ms",
    "startup_content_ms",
]

ATTEMPT_ORDER_VALUES: set[AttemptOrder] = {
    "error_count",
    "play_ms",
    "stall_count",
    "stall_session_ms",
    "started_at",
    "startup_any_ms",
    "startup_content_ms",
}


def check_attempt_order(value: str) -> AttemptOrder:
    if value in ATTEMPT_ORDER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ATTEMPT_ORDER_VALUES!r}"
    )
