from typing import Literal

MessageType = Literal["DEBUG", "ERROR", "INFO", "TRACE", "WARNING"]

MESSAGE_TYPE_VALUES: set[MessageType] = {
    "DEBUG",
    "ERROR",
    "INFO",
    "TRACE",
    "WARNING",
}


def check_message_type(value: str) -> MessageType:
    if value in MESSAGE_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MESSAGE_TYPE_VALUES!r}"
    )
