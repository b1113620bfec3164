"""Contains all the data models used in inputs/outputs"""

from .adaptation import Adaptation
from .alert_change import AlertChange
from .alert_condition_type_0 import AlertConditionType0
from .alert_condition_type_1 import AlertConditionType1
from .alert_condition_type_2 import AlertConditionType2
from .alert_evaluated_series import AlertEvaluatedSeries
from .alert_evaluation import AlertEvaluation
from .alert_event import AlertEvent
from .alert_history_answer import AlertHistoryAnswer
from .alert_history_answer_data import AlertHistoryAnswerData
from .alert_history_answer_data_result import AlertHistoryAnswerDataResult
from .alert_judgement import AlertJudgement
from .alert_list_answer import AlertListAnswer
from .alert_list_answer_data import AlertListAnswerData
from .alert_list_answer_data_result import AlertListAnswerDataResult
from .alert_reading import AlertReading
from .alert_request import AlertRequest
from .alert_resource import AlertResource
from .alert_resource_answer import AlertResourceAnswer
from .alert_resource_answer_data import AlertResourceAnswerData
from .alert_resource_answer_data_result import AlertResourceAnswerDataResult
from .alert_rule import AlertRule
from .alert_series import AlertSeries
from .alert_state import AlertState
from .alert_webhook import AlertWebhook
from .annotation_change import AnnotationChange
from .annotation_request import AnnotationRequest
from .annotation_result import AnnotationResult
from .annotation_result_answer import AnnotationResultAnswer
from .annotation_result_answer_data import AnnotationResultAnswerData
from .annotation_result_answer_data_result import AnnotationResultAnswerDataResult
from .annotations_result_answer import AnnotationsResultAnswer
from .annotations_result_answer_data import AnnotationsResultAnswerData
from .annotations_result_answer_data_result import AnnotationsResultAnswerDataResult
from .answered_from import AnsweredFrom
from .api_key_list_answer import ApiKeyListAnswer
from .api_key_list_answer_data import ApiKeyListAnswerData
from .api_key_list_answer_data_result import ApiKeyListAnswerDataResult
from .api_key_request import ApiKeyRequest
from .api_key_resource import ApiKeyResource
from .api_key_resource_answer import ApiKeyResourceAnswer
from .api_key_resource_answer_data import ApiKeyResourceAnswerData
from .api_key_resource_answer_data_result import ApiKeyResourceAnswerDataResult
from .arm_comparison import ArmComparison
from .arm_comparison_metrics import ArmComparisonMetrics
from .arm_metric import ArmMetric
from .arm_resource import ArmResource
from .arm_result import ArmResult
from .arm_result_values import ArmResultValues
from .attribute import Attribute
from .attributes_answer import AttributesAnswer
from .attributes_answer_data import AttributesAnswerData
from .attributes_answer_data_result import AttributesAnswerDataResult
from .beacon_line import BeaconLine
from .belongs_by import BelongsBy
from .better import Better
from .bin_ import Bin
from .bucket_length import BucketLength
from .buffer_point import BufferPoint
from .catalogue_entry import CatalogueEntry
from .cause import Cause
from .clustered_by import ClusteredBy
from .cohort import Cohort
from .cohort_baseline import CohortBaseline
from .collector_config_answer import CollectorConfigAnswer
from .collector_config_answer_data import CollectorConfigAnswerData
from .collector_config_answer_data_result import CollectorConfigAnswerDataResult
from .column import Column
from .column_kind import ColumnKind
from .compared_with import ComparedWith
from .comparison import Comparison
from .condition import Condition
from .cuped_result import CupedResult
from .custom_baseline import CustomBaseline
from .delivery_list_answer import DeliveryListAnswer
from .delivery_list_answer_data import DeliveryListAnswerData
from .delivery_list_answer_data_result import DeliveryListAnswerDataResult
from .delivery_resource import DeliveryResource
from .delivery_resource_answer import DeliveryResourceAnswer
from .delivery_resource_answer_data import DeliveryResourceAnswerData
from .delivery_resource_answer_data_result import DeliveryResourceAnswerDataResult
from .delivery_resource_answer_data_result_body import (
    DeliveryResourceAnswerDataResultBody,
)
from .delivery_resource_body import DeliveryResourceBody
from .detail import Detail
from .drop_off_point import DropOffPoint
from .drop_off_request import DropOffRequest
from .drop_off_result_answer import DropOffResultAnswer
from .drop_off_result_answer_data import DropOffResultAnswerData
from .drop_off_result_answer_data_result import DropOffResultAnswerDataResult
from .end_reason import EndReason
from .equivalent import Equivalent
from .erasure_result_answer import ErasureResultAnswer
from .erasure_result_answer_data import ErasureResultAnswerData
from .erasure_result_answer_data_result import ErasureResultAnswerDataResult
from .erasure_state import ErasureState
from .error_answer import ErrorAnswer
from .error_answer_data import ErrorAnswerData
from .error_point import ErrorPoint
from .errors_answer import ErrorsAnswer
from .errors_answer_data import ErrorsAnswerData
from .errors_answer_data_result import ErrorsAnswerDataResult
from .excluded_day import ExcludedDay
from .experiment_change import ExperimentChange
from .experiment_list_answer import ExperimentListAnswer
from .experiment_list_answer_data import ExperimentListAnswerData
from .experiment_list_answer_data_result import ExperimentListAnswerDataResult
from .experiment_request import ExperimentRequest
from .experiment_resource import ExperimentResource
from .experiment_resource_answer import ExperimentResourceAnswer
from .experiment_resource_answer_data import ExperimentResourceAnswerData
from .experiment_resource_answer_data_result import ExperimentResourceAnswerDataResult
from .experiment_results_answer import ExperimentResultsAnswer
from .experiment_results_answer_data import ExperimentResultsAnswerData
from .experiment_results_answer_data_result import ExperimentResultsAnswerDataResult
from .explain_request import ExplainRequest
from .explain_result_answer import ExplainResultAnswer
from .explain_result_answer_data import ExplainResultAnswerData
from .explain_result_answer_data_result import ExplainResultAnswerDataResult
from .explained_total import ExplainedTotal
from .export_format import ExportFormat
from .export_kind import ExportKind
from .export_list_answer import ExportListAnswer
from .export_list_answer_data import ExportListAnswerData
from .export_list_answer_data_result import ExportListAnswerDataResult
from .export_progress import ExportProgress
from .export_request import ExportRequest
from .export_resource import ExportResource
from .export_resource_answer import ExportResourceAnswer
from .export_resource_answer_data import ExportResourceAnswerData
from .export_resource_answer_data_result import ExportResourceAnswerDataResult
from .export_state_word import ExportStateWord
from .failure import Failure
from .failure_class import FailureClass
from .filter_request import FilterRequest
from .flight import Flight
from .health_answer import HealthAnswer
from .health_answer_data import HealthAnswerData
from .health_answer_data_result import HealthAnswerDataResult
from .histogram import Histogram
from .histogram_value import HistogramValue
from .impression import Impression
from .impression_custom import ImpressionCustom
from .impression_dimensions import ImpressionDimensions
from .impression_result_answer import ImpressionResultAnswer
from .impression_result_answer_data import ImpressionResultAnswerData
from .impression_result_answer_data_result import ImpressionResultAnswerDataResult
from .impressions_result_answer import ImpressionsResultAnswer
from .impressions_result_answer_data import ImpressionsResultAnswerData
from .impressions_result_answer_data_result import ImpressionsResultAnswerDataResult
from .industry_quartiles import IndustryQuartiles
from .kind import Kind
from .kind_word import KindWord
from .ladder import Ladder
from .ladder_arm import LadderArm
from .ladder_comparison import LadderComparison
from .ladder_result import LadderResult
from .ladder_rung import LadderRung
from .license_change import LicenseChange
from .license_list_answer import LicenseListAnswer
from .license_list_answer_data import LicenseListAnswerData
from .license_list_answer_data_result import LicenseListAnswerDataResult
from .license_request import LicenseRequest
from .license_resource import LicenseResource
from .license_resource_answer import LicenseResourceAnswer
from .license_resource_answer_data import LicenseResourceAnswerData
from .license_resource_answer_data_result import LicenseResourceAnswerDataResult
from .link import Link
from .message import Message
from .message_type import MessageType
from .metric import Metric
from .metric_entry import MetricEntry
from .metrics_answer import MetricsAnswer
from .metrics_answer_data import MetricsAnswerData
from .metrics_answer_data_result import MetricsAnswerDataResult
from .noted_release import NotedRelease
from .null_value import NullValue
from .number_value import NumberValue
from .object_type import ObjectType
from .operator import Operator
from .order import Order
from .order_request import OrderRequest
from .organization_change import OrganizationChange
from .organization_list_answer import OrganizationListAnswer
from .organization_list_answer_data import OrganizationListAnswerData
from .organization_list_answer_data_result import OrganizationListAnswerDataResult
from .organization_request import OrganizationRequest
from .organization_resource import OrganizationResource
from .organization_resource_answer import OrganizationResourceAnswer
from .organization_resource_answer_data import OrganizationResourceAnswerData
from .organization_resource_answer_data_result import (
    OrganizationResourceAnswerDataResult,
)
from .organization_totals import OrganizationTotals
from .platform_totals_answer import PlatformTotalsAnswer
from .platform_totals_answer_data import PlatformTotalsAnswerData
from .platform_totals_answer_data_result import PlatformTotalsAnswerDataResult
from .query_request import QueryRequest
from .query_result_answer import QueryResultAnswer
from .query_result_answer_data import QueryResultAnswerData
from .query_result_answer_data_result import QueryResultAnswerDataResult
from .release_baseline import ReleaseBaseline
from .rendition_play import RenditionPlay
from .rendition_span import RenditionSpan
from .rendition_use import RenditionUse
from .request_span import RequestSpan
from .rewatched import Rewatched
from .row import Row
from .row_comparisons import RowComparisons
from .row_comparisons_additional_property import RowComparisonsAdditionalProperty
from .row_dimensions import RowDimensions
from .row_values import RowValues
from .rung import Rung
from .running_arm import RunningArm
from .running_experiment import RunningExperiment
from .sample_ratio_result import SampleRatioResult
from .scope import Scope
from .seek_span import SeekSpan
from .source import Source
from .stall_cause import StallCause
from .stall_span import StallSpan
from .state_resource import StateResource
from .state_span import StateSpan
from .status import Status
from .stretch import Stretch
from .suspension_point import SuspensionPoint
from .throughput_point import ThroughputPoint
from .timeline import Timeline
from .total_values import TotalValues
from .totals import Totals
from .unit import Unit
from .verdict_word import VerdictWord
from .visibility_point import VisibilityPoint

__all__ = (
    "Adaptation",
    "AlertChange",
    "AlertConditionType0",
    "AlertConditionType1",
    "AlertConditionType2",
    "AlertEvaluatedSeries",
    "AlertEvaluation",
    "AlertEvent",
    "AlertHistoryAnswer",
    "AlertHistoryAnswerData",
    "AlertHistoryAnswerDataResult",
    "AlertJudgement",
    "AlertListAnswer",
    "AlertListAnswerData",
    "AlertListAnswerDataResult",
    "AlertReading",
    "AlertRequest",
    "AlertResource",
    "AlertResourceAnswer",
    "AlertResourceAnswerData",
    "AlertResourceAnswerDataResult",
    "AlertRule",
    "AlertSeries",
    "AlertState",
    "AlertWebhook",
    "AnnotationChange",
    "AnnotationRequest",
    "AnnotationResult",
    "AnnotationResultAnswer",
    "AnnotationResultAnswerData",
    "AnnotationResultAnswerDataResult",
    "AnnotationsResultAnswer",
    "AnnotationsResultAnswerData",
    "AnnotationsResultAnswerDataResult",
    "AnsweredFrom",
    "ApiKeyListAnswer",
    "ApiKeyListAnswerData",
    "ApiKeyListAnswerDataResult",
    "ApiKeyRequest",
    "ApiKeyResource",
    "ApiKeyResourceAnswer",
    "ApiKeyResourceAnswerData",
    "ApiKeyResourceAnswerDataResult",
    "ArmComparison",
    "ArmComparisonMetrics",
    "ArmMetric",
    "ArmResource",
    "ArmResult",
    "ArmResultValues",
    "Attribute",
    "AttributesAnswer",
    "AttributesAnswerData",
    "AttributesAnswerDataResult",
    "BeaconLine",
    "BelongsBy",
    "Better",
    "Bin",
    "BucketLength",
    "BufferPoint",
    "CatalogueEntry",
    "Cause",
    "ClusteredBy",
    "Cohort",
    "CohortBaseline",
    "CollectorConfigAnswer",
    "CollectorConfigAnswerData",
    "CollectorConfigAnswerDataResult",
    "Column",
    "ColumnKind",
    "ComparedWith",
    "Comparison",
    "Condition",
    "CupedResult",
    "CustomBaseline",
    "DeliveryListAnswer",
    "DeliveryListAnswerData",
    "DeliveryListAnswerDataResult",
    "DeliveryResource",
    "DeliveryResourceAnswer",
    "DeliveryResourceAnswerData",
    "DeliveryResourceAnswerDataResult",
    "DeliveryResourceAnswerDataResultBody",
    "DeliveryResourceBody",
    "Detail",
    "DropOffPoint",
    "DropOffRequest",
    "DropOffResultAnswer",
    "DropOffResultAnswerData",
    "DropOffResultAnswerDataResult",
    "EndReason",
    "Equivalent",
    "ErasureResultAnswer",
    "ErasureResultAnswerData",
    "ErasureResultAnswerDataResult",
    "ErasureState",
    "ErrorAnswer",
    "ErrorAnswerData",
    "ErrorPoint",
    "ErrorsAnswer",
    "ErrorsAnswerData",
    "ErrorsAnswerDataResult",
    "ExcludedDay",
    "ExperimentChange",
    "ExperimentListAnswer",
    "ExperimentListAnswerData",
    "ExperimentListAnswerDataResult",
    "ExperimentRequest",
    "ExperimentResource",
    "ExperimentResourceAnswer",
    "ExperimentResourceAnswerData",
    "ExperimentResourceAnswerDataResult",
    "ExperimentResultsAnswer",
    "ExperimentResultsAnswerData",
    "ExperimentResultsAnswerDataResult",
    "ExplainedTotal",
    "ExplainRequest",
    "ExplainResultAnswer",
    "ExplainResultAnswerData",
    "ExplainResultAnswerDataResult",
    "ExportFormat",
    "ExportKind",
    "ExportListAnswer",
    "ExportListAnswerData",
    "ExportListAnswerDataResult",
    "ExportProgress",
    "ExportRequest",
    "ExportResource",
    "ExportResourceAnswer",
    "ExportResourceAnswerData",
    "ExportResourceAnswerDataResult",
    "ExportStateWord",
    "Failure",
    "FailureClass",
    "FilterRequest",
    "Flight",
    "HealthAnswer",
    "HealthAnswerData",
    "HealthAnswerDataResult",
    "Histogram",
    "HistogramValue",
    "Impression",
    "ImpressionCustom",
    "ImpressionDimensions",
    "ImpressionResultAnswer",
    "ImpressionResultAnswerData",
    "ImpressionResultAnswerDataResult",
    "ImpressionsResultAnswer",
    "ImpressionsResultAnswerData",
    "ImpressionsResultAnswerDataResult",
    "IndustryQuartiles",
    "Kind",
    "KindWord",
    "Ladder",
    "LadderArm",
    "LadderComparison",
    "LadderResult",
    "LadderRung",
    "LicenseChange",
    "LicenseListAnswer",
    "LicenseListAnswerData",
    "LicenseListAnswerDataResult",
    "LicenseRequest",
    "LicenseResource",
    "LicenseResourceAnswer",
    "LicenseResourceAnswerData",
    "LicenseResourceAnswerDataResult",
    "Link",
    "Message",
    "MessageType",
    "Metric",
    "MetricEntry",
    "MetricsAnswer",
    "MetricsAnswerData",
    "MetricsAnswerDataResult",
    "NotedRelease",
    "NullValue",
    "NumberValue",
    "ObjectType",
    "Operator",
    "Order",
    "OrderRequest",
    "OrganizationChange",
    "OrganizationListAnswer",
    "OrganizationListAnswerData",
    "OrganizationListAnswerDataResult",
    "OrganizationRequest",
    "OrganizationResource",
    "OrganizationResourceAnswer",
    "OrganizationResourceAnswerData",
    "OrganizationResourceAnswerDataResult",
    "OrganizationTotals",
    "PlatformTotalsAnswer",
    "PlatformTotalsAnswerData",
    "PlatformTotalsAnswerDataResult",
    "QueryRequest",
    "QueryResultAnswer",
    "QueryResultAnswerData",
    "QueryResultAnswerDataResult",
    "ReleaseBaseline",
    "RenditionPlay",
    "RenditionSpan",
    "RenditionUse",
    "RequestSpan",
    "Rewatched",
    "Row",
    "RowComparisons",
    "RowComparisonsAdditionalProperty",
    "RowDimensions",
    "RowValues",
    "Rung",
    "RunningArm",
    "RunningExperiment",
    "SampleRatioResult",
    "Scope",
    "SeekSpan",
    "Source",
    "StallCause",
    "StallSpan",
    "StateResource",
    "StateSpan",
    "Status",
    "Stretch",
    "SuspensionPoint",
    "ThroughputPoint",
    "Timeline",
    "Totals",
    "TotalValues",
    "Unit",
    "VerdictWord",
    "VisibilityPoint",
)
