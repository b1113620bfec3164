from typing import Literal

AlertJudgement = Literal["bad", "fine", "no_data", "provisional"]

ALERT_JUDGEMENT_VALUES: set[AlertJudgement] = {
    "bad",
    "fine",
    "no_data",
    "provisional",
}


def check_alert_judgement(value: str) -> AlertJudgement:
    if value in ALERT_JUDGEMENT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ALERT_JUDGEMENT_VALUES!r}"
    )
