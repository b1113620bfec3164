from typing import Literal

StateResource = Literal["draft", "running", "stopped"]

STATE_RESOURCE_VALUES: set[StateResource] = {
    "draft",
    "running",
    "stopped",
}


def check_state_resource(value: str) -> StateResource:
    if value in STATE_RESOURCE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {STATE_RESOURCE_VALUES!r}"
    )
