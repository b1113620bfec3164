from typing import Literal

ExportStateWord = Literal["done", "failed", "queued", "running"]

EXPORT_STATE_WORD_VALUES: set[ExportStateWord] = {
    "done",
    "failed",
    "queued",
    "running",
}


def check_export_state_word(value: str) -> ExportStateWord:
    if value in EXPORT_STATE_WORD_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPORT_STATE_WORD_VALUES!r}"
    )
