from typing import Literal

EndReason = Literal["ended", "fatal", "quit", "source_change", "timeout"]

END_REASON_VALUES: set[EndReason] = {
    "ended",
    "fatal",
    "quit",
    "source_change",
    "timeout",
}


def check_end_reason(value: str) -> EndReason:
    if value in END_REASON_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {END_REASON_VALUES!r}"
    )
