from typing import Literal

KindWord = Literal["holiday", "incident", "note", "release"]

KIND_WORD_VALUES: set[KindWord] = {
    "holiday",
    "incident",
    "note",
    "release",
}


def check_kind_word(value: str) -> KindWord:
    if value in KIND_WORD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {KIND_WORD_VALUES!r}")
