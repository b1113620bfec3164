from typing import Literal

Order = Literal["ASC", "DESC"]

ORDER_VALUES: set[Order] = {
    "ASC",
    "DESC",
}


def check_order(value: str) -> Order:
    if value in ORDER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ORDER_VALUES!r}")
