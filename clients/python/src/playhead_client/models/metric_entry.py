from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.better import Better, check_better
from ..models.kind import Kind, check_kind
from ..models.unit import Unit, check_unit
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.equivalent import Equivalent


T = TypeVar("T", bound="MetricEntry")


@_attrs_define
class MetricEntry:
    """One metric.

    Attributes:
        better (Better): Which way a metric should move.
        definition (str): What exactly is measured.
        definition_version (int): Version of this definition.
        equivalents (list[Equivalent]): The same number in other systems.
        kind (Kind): How a metric aggregates, which decides its statistics.
        name (str): Its name. A distribution is asked for as `<name>_p50` and so on, see [`SUFFIXES`].
        null_rule (str): When the value is null.
        title (str): A short title for people.
        unit (Unit): The unit of a metric's value.
        names (list[str]): What to ask for.
        dimension (None | str | Unset): The dimension that it is always told apart by, beside any attributes; null for a
            metric of whole attempts.
    """

    better: Better
    definition: str
    definition_version: int
    equivalents: list[Equivalent]
    kind: Kind
    name: str
    null_rule: str
    title: str
    unit: Unit
    names: list[str]
    dimension: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        better: str = self.better

        definition = self.definition

        definition_version = self.definition_version

        equivalents = []
        for equivalents_item_data in self.equivalents:
            equivalents_item = equivalents_item_data.to_dict()
            equivalents.append(equivalents_item)

        kind: str = self.kind

        name = self.name

        null_rule = self.null_rule

        title = self.title

        unit: str = self.unit

        names = self.names

        dimension: None | str | Unset
        if isinstance(self.dimension, Unset):
            dimension = UNSET
        else:
            dimension = self.dimension

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "better": better,
                "definition": definition,
                "definitionVersion": definition_version,
                "equivalents": equivalents,
                "kind": kind,
                "name": name,
                "nullRule": null_rule,
                "title": title,
                "unit": unit,
                "names": names,
            }
        )
        if dimension is not UNSET:
            field_dict["dimension"] = dimension

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.equivalent import Equivalent  # noqa: PLC0415

        d = dict(src_dict)
        better = check_better(d.pop("better"))

        definition = d.pop("definition")

        definition_version = d.pop("definitionVersion")

        equivalents = []
        _equivalents = d.pop("equivalents")
        for equivalents_item_data in _equivalents:
            equivalents_item = Equivalent.from_dict(equivalents_item_data)

            equivalents.append(equivalents_item)

        kind = check_kind(d.pop("kind"))

        name = d.pop("name")

        null_rule = d.pop("nullRule")

        title = d.pop("title")

        unit = check_unit(d.pop("unit"))

        names = cast(list[str], d.pop("names"))

        def _parse_dimension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        dimension = _parse_dimension(d.pop("dimension", UNSET))

        metric_entry = cls(
            better=better,
            definition=definition,
            definition_version=definition_version,
            equivalents=equivalents,
            kind=kind,
            name=name,
            null_rule=null_rule,
            title=title,
            unit=unit,
            names=names,
            dimension=dimension,
        )

        metric_entry.additional_properties = d
        return metric_entry

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
