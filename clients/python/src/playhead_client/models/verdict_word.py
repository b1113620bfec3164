from typing import Literal

VerdictWord = Literal[
    "better",
    "insufficient_data",
    "no_detectable_change",
    "provisional",
    "refused",
    "worse",
]

VERDICT_WORD_VALUES: set[VerdictWord] = {
    "better",
    "insufficient_data",
    "no_detectable_change",
    "provisional",
    "refused",
    "worse",
}


def check_verdict_word(value: str) -> VerdictWord:
    if value in VERDICT_WORD_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VERDICT_WORD_VALUES!r}"
    )
