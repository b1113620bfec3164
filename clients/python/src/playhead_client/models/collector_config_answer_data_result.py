from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.running_experiment import RunningExperiment


T = TypeVar("T", bound="CollectorConfigAnswerDataResult")


@_attrs_define
class CollectorConfigAnswerDataResult:
    """What the server wants of a collector.

    Attributes:
        enabled (bool): False: measure nothing, send nothing.
        experiments (list[RunningExperiment]): The experiments that run now.
        now_ms (int): The server's wall clock, ms since 1970: switchback experiments go by it.
        sample_permille (int): How many of 1,000 attaches are to be measured.
    """

    enabled: bool
    experiments: list[RunningExperiment]
    now_ms: int
    sample_permille: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        experiments = []
        for experiments_item_data in self.experiments:
            experiments_item = experiments_item_data.to_dict()
            experiments.append(experiments_item)

        now_ms = self.now_ms

        sample_permille = self.sample_permille

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "enabled": enabled,
                "experiments": experiments,
                "now_ms": now_ms,
                "sample_permille": sample_permille,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.running_experiment import RunningExperiment  # noqa: PLC0415

        d = dict(src_dict)
        enabled = d.pop("enabled")

        experiments = []
        _experiments = d.pop("experiments")
        for experiments_item_data in _experiments:
            experiments_item = RunningExperiment.from_dict(experiments_item_data)

            experiments.append(experiments_item)

        now_ms = d.pop("now_ms")

        sample_permille = d.pop("sample_permille")

        collector_config_answer_data_result = cls(
            enabled=enabled,
            experiments=experiments,
            now_ms=now_ms,
            sample_permille=sample_permille,
        )

        collector_config_answer_data_result.additional_properties = d
        return collector_config_answer_data_result

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
