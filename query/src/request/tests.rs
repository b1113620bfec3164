//! Which questions are understood, and what is said about the faults of the others.

use serde_json::{Value, json};

use super::*;

fn base() -> Value {
    json!({"metrics": ["attempts"], "start": "2026-11-19T00:00:00Z", "end": "2026-11-20T00:00:00Z"})
}

fn faults(extra: Value) -> Vec<(String, String)> {
    let mut body = base();
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    match parse(&body) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect(),
    }
}

fn check(extra: Value, expected: &[(&str, &str)]) {
    let got = faults(extra.clone());
    let got: Vec<(&str, &str)> = got
        .iter()
        .map(|(field, text)| (field.as_str(), text.as_str()))
        .collect();
    assert_eq!(got, expected, "{extra}");
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    check(
        json!({"metrics": ["rebufer_ratio"]}),
        &[(
            "metrics[0]",
            "unknown metric 'rebufer_ratio'; did you mean 'rebuffer_ratio'?",
        )],
    );
    check(
        json!({"dimensions": ["contry"]}),
        &[("dimensions[0]", "unknown attribute 'contry'; did you mean 'country'?")],
    );
    check(
        json!({"filters": [{"attribute": "country", "operator": "EQUALS", "value": "AT"}]}),
        &[("filters[0].operator", "unknown operator 'EQUALS'; did you mean 'EQ'?")],
    );
    check(
        json!({"interval": "minutes"}),
        &[("interval", "unknown interval 'minutes'; did you mean 'minute'?")],
    );
    check(
        json!({"timezone": "Europe/Wien"}),
        &[(
            "timezone",
            "unknown timezone 'Europe/Wien'; did you mean 'Europe/Vienna'?",
        )],
    );
    check(
        json!({"compare": ["day_bfore"]}),
        &[("compare[0]", "unknown baseline 'day_bfore'; did you mean 'day_before'?")],
    );
    check(
        json!({"by": "ends"}),
        &[("by", "unknown moment 'ends'; did you mean 'end'?")],
    );
    check(
        json!({"ordreBy": []}),
        &[("ordreBy", "unknown field 'ordreBy'; did you mean 'orderBy'?")],
    );
}

#[test]
fn a_range_of_too_many_buckets_is_refused_as_a_baseline_too() {
    let years = json!({"start": "2000-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"});
    let text = "13675680 time buckets of 'minute' are too many rows; at most 10000";
    check(
        json!({"interval": "minute", "compare": [{"custom": years}]}),
        &[("compare[0].custom", text)],
    );
    check(json!({"compare": [{"custom": years}]}), &[]);
}

#[test]
fn a_key_without_a_name_has_a_path_all_the_same() {
    check(json!({"": 1}), &[("\"\"", "unknown field ''")]);
}

#[test]
fn every_fault_is_found_not_only_the_first() {
    let got = faults(json!({
        "metrics": ["attempts", 7, "nonsense", "startup_any_ms", "attempts"],
        "dimensions": ["browser", "browser", "custom."],
        "filters": [{"attribute": "contry", "operator": "IS", "value": "x", "valeu": 1}, {"operator": "EQ"}, "x"],
        "start": "2026-11-21", "end": 5, "timezone": 3, "interval": [], "compare": ["moon", {"cohort": {"filters": []}}],
        "confidence": 1.5, "orderBy": [{"name": "plays", "order": "UP"}], "limit": 0.5, "cursor": "x", "fill": 1, "color": "red"
    }));
    let fields: BTreeSet<&str> = got.iter().map(|(field, _)| field.as_str()).collect();
    let expected = [
        "color",
        "metrics[1]",
        "metrics[2]",
        "metrics[3]",
        "metrics[4]",
        "dimensions[1]",
        "dimensions[2]",
        "filters[0].valeu",
        "filters[0].operator",
        "filters[0].attribute",
        "filters[1].attribute",
        "filters[1].value",
        "filters[2]",
        "start",
        "end",
        "timezone",
        "interval",
        "compare[0]",
        "compare[1].cohort.filters",
        "confidence",
        "orderBy[0].order",
        "orderBy[0].name",
        "limit",
        "cursor",
        "fill",
    ];
    assert_eq!(fields, expected.into_iter().collect(), "{got:#?}");
    assert_eq!(got.len(), fields.len(), "one entry each: {got:#?}");
}

#[test]
fn a_body_that_is_no_object_is_one_fault() {
    for body in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(parse(&body).unwrap_err().0.len(), 1, "{body}");
    }
    assert_eq!(
        parse(&json!({}))
            .unwrap_err()
            .0
            .iter()
            .map(|fault| fault.field.as_str())
            .collect::<Vec<_>>(),
        ["metrics", "start", "end"]
    );
}

#[test]
fn dates_are_in_order_and_within_the_tables_reach() {
    check(
        json!({"start": "2026-11-20T00:00:00Z"}),
        &[("start", "start must be before end")],
    );
    check(
        json!({"start": "2026-11-20T01:00:00+01:00"}),
        &[("start", "start must be before end")],
    );
    check(
        json!({"end": "9999-01-01T00:00:00Z"}),
        &[("end", "'9999-01-01T00:00:00Z' is not between the years 2000 and 2100")],
    );
    check(
        json!({"start": "2026-02-30T00:00:00Z"}),
        &[(
            "start",
            "'2026-02-30T00:00:00Z' is no date and time with an offset, like 2026-11-19T00:00:00Z",
        )],
    );
    check(
        json!({"start": "2026-11-19T00:00:00"}),
        &[(
            "start",
            "'2026-11-19T00:00:00' is no date and time with an offset, like 2026-11-19T00:00:00Z",
        )],
    );
}

#[test]
fn too_many_rows_are_a_fault() {
    check(
        json!({"start": "2026-01-01T00:00:00Z", "interval": "minute"}),
        &[(
            "interval",
            "465120 time buckets of 'minute' are too many rows; at most 10000",
        )],
    );
    check(
        json!({"limit": 10_001}),
        &[("limit", "10001 is not a whole number from 1 to 10000")],
    );
    check(json!({"limit": 10_000}), &[]);
}

#[test]
fn a_distribution_needs_a_suffix_and_nothing_else_takes_one() {
    let got = faults(json!({"metrics": ["startup_any_ms"]}));
    assert!(
        got[0]
            .1
            .starts_with("'startup_any_ms' is a distribution; ask for one of startup_any_ms_p50, "),
        "{got:?}"
    );
    assert_eq!(faults(json!({"metrics": ["attempts_p50"]})).len(), 1);
    assert_eq!(faults(json!({"metrics": ["attempts_max"]})).len(), 1);
    let (told_apart, whole): (Vec<String>, Vec<String>) = AskedMetric::names()
        .into_iter()
        .partition(|name| AskedMetric::parse(name).unwrap().metric.dimension.is_some());
    for some in whole.chunks(ITEMS_MAX) {
        assert_eq!(faults(json!({"metrics": some})), []);
    }
    assert_eq!(faults(json!({"metrics": told_apart, "dimensions": ["rendition"]})), []);
    let quantile = AskedMetric::parse("startup_any_ms_p99").unwrap();
    assert_eq!(quantile.ask, Ask::Quantile(0.99));
}

#[test]
fn baselines_of_the_contract_that_do_not_exist_yet_have_a_code_of_their_own() {
    for name in Baseline::LATER {
        for item in [json!(name), json!({name: {}}), json!({name: {"id": 1}, "label": "x"})] {
            let mut body = base();
            body["compare"] = json!([item]);
            let faults = parse(&body).unwrap_err();
            assert_eq!(faults.0.len(), 1);
            assert!(
                faults.0[0].text.starts_with("baseline not available yet"),
                "{:?}",
                faults.0
            );
            assert_eq!(faults.into_error().unwrap().code(), ErrorCode::BaselineNotAvailable);
        }
    }
    let mut body = base();
    body["compare"] = json!(["experiment"]);
    body["limit"] = json!(0);
    assert_eq!(
        parse(&body).unwrap_err().into_error().unwrap().code(),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn baselines_are_named_by_label_else_by_kind() {
    let mut body = base();
    body["compare"] = json!(["auto", {"auto": {}, "label": "usual"}, {"day_before": null},
        {"cohort": {"filters": [{"attribute": "cdn", "operator": "EQ", "value": "a"}]}, "label": "a"},
        {"custom": {"start": "2026-11-01T00:00:00Z", "end": "2026-11-02T00:00:00Z"}}]);
    let labels: Vec<String> = parse(&body)
        .unwrap()
        .compare
        .into_iter()
        .map(|asked| asked.label)
        .collect();
    assert_eq!(labels, ["auto", "usual", "day_before", "a", "custom"]);
    check(
        json!({"compare": ["auto", "auto"]}),
        &[("compare[1]", "two baselines are called 'auto'; give one a label")],
    );
    check(
        json!({"compare": [{"cohort": {}, "custom": {}}]}),
        &[("compare[0]", "expected exactly one kind of baseline, found 2")],
    );
    check(
        json!({"compare": ["custom"]}),
        &[("compare[0]", "'custom' needs an object: {\"custom\": {…}}")],
    );
}

#[test]
fn a_release_is_the_latest_or_that_of_an_annotation() {
    let id = "0199c0de-0000-7000-8000-000000000001";
    let mut body = base();
    body["compare"] =
        json!(["release", {"release": {"annotation": id}, "label": "8.1"}, {"release": {}, "label": "latest"}]);
    let asked: Vec<Baseline> = parse(&body)
        .unwrap()
        .compare
        .into_iter()
        .map(|asked| asked.baseline)
        .collect();
    let latest = Baseline::Release(None);
    assert_eq!(
        asked,
        [latest.clone(), Baseline::Release(Some(id.parse().unwrap())), latest]
    );
    check(
        json!({"compare": [{"release": {"anotation": id}}]}),
        &[(
            "compare[0].release.anotation",
            "unknown field 'anotation'; did you mean 'annotation'?",
        )],
    );
    for (given, shown) in [(json!("8.1.0"), "\"8.1.0\""), (json!(7), "7")] {
        check(
            json!({"compare": [{"release": {"annotation": given}}]}),
            &[(
                "compare[0].release.annotation",
                format!("expected an annotation's id, a UUID, found {shown}").as_str(),
            )],
        );
    }
}

#[test]
fn filters_take_what_their_operator_can_compare() {
    let filter = |operator: &str, value: Value| json!({"filters": [{"attribute": "country", "operator": operator, "value": value}]});
    for operator in ["IN", "EQ", "NE"] {
        check(filter(operator, json!(["AT", null, 7, true])), &[]);
    }
    check(
        filter("GT", json!(null)),
        &[("filters[0].value", "null compares by IN, EQ and NE only")],
    );
    check(
        filter("GT", json!(["a"])),
        &[(
            "filters[0].value",
            "expected text, a number, true, false or null, found an array",
        )],
    );
    check(
        filter("IN", json!([])),
        &[("filters[0].value", "0 values; at least 1, at most 200")],
    );
    check(
        filter("EQ", json!({"a": 1})),
        &[(
            "filters[0].value",
            "expected text, a number, true, false or null, found an object",
        )],
    );
    check(
        json!({"filters": [{"attribute": "attempts", "operator": "CONTAINS", "value": "5"}]}),
        &[
            ("filters[0].operator", "a metric compares by EQ, NE, LT, LTE, GT or GTE"),
            ("filters[0].value", "expected a number, found a text"),
        ],
    );
}

#[test]
fn a_cursor_belongs_to_its_question() {
    let question = parse(&base()).unwrap();
    let mut body = base();
    body["cursor"] = json!(cursor(20, question.fingerprint));
    assert_eq!(parse(&body).unwrap().offset, 20);
    body["limit"] = json!(5);
    assert_eq!(parse(&body).unwrap_err().0[0].field, "cursor");
    for text in ["", "ü", "0123456789abcdef", "zzzzzzzzzzzzzzzzzzzzzz"] {
        body["cursor"] = json!(text);
        assert_eq!(parse(&body).unwrap_err().0.len(), 1, "{text}");
    }
}

#[test]
fn a_very_long_name_is_cut_in_the_answer() {
    let got = faults(json!({"metrics": ["x".repeat(10_000)]}));
    assert!(got[0].1.len() < 200);
}

use std::collections::BTreeSet;

#[test]
fn stalls_are_counted_from_a_quarter_of_a_second_on_or_all_of_them() {
    let asks = |more: Value| {
        let mut body = base();
        body["metrics"] = json!(["stall_count", "stalls_per_hour", "rebuffer_ratio"]);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let parsed = parse(&body).unwrap();
        parsed.metrics.into_iter().map(|asked| asked.ask).collect::<Vec<_>>()
    };
    assert_eq!(asks(json!({})), [Ask::Value; 3]);
    assert_eq!(asks(json!({"minStallMs": 250})), [Ask::Value; 3]);
    assert_eq!(
        asks(json!({"minStallMs": 0})),
        [Ask::EveryStall, Ask::EveryStall, Ask::Value]
    );
    check(
        json!({"minStallMs": 500}),
        &[(
            "minStallMs",
            "500 is neither 0, for every stall, nor 250, from which they count without it",
        )],
    );
}

#[test]
fn playing_time_is_told_by_rendition_and_nothing_else_is() {
    let text = |found: Vec<(String, String)>| {
        assert_eq!(found.len(), 1, "{found:?}");
        let (field, text) = found[0].clone();
        format!("{field}: {text}")
    };
    assert_eq!(
        text(faults(
            json!({"metrics": ["play_ms_by_rendition"], "dimensions": ["cdn"]})
        )),
        "metrics[0]: 'play_ms_by_rendition' is told by rendition: it needs the dimension 'rendition'"
    );
    assert_eq!(
        text(faults(
            json!({"metrics": ["play_ms_by_rendition", "rebuffer_ratio"], "dimensions": ["cdn", "rendition"]})
        )),
        "metrics[1]: 'rebuffer_ratio' is of whole attempts, which have several renditions; by 'rendition' ask for \
         play_ms_by_rendition or play_share_by_rendition"
    );
    let filter = |name: &str| json!([{"attribute": name, "operator": "GT", "value": 1}]);
    assert_eq!(
        text(faults(json!({"filters": filter("rendition")}))),
        "filters[0].attribute: 'rendition' tells playing time apart, not attempts: it is a dimension of some metrics and no filter"
    );
    let asked = json!({"metrics": ["play_ms_by_rendition"], "dimensions": ["rendition"], "filters": filter("play_share_by_rendition")});
    assert_eq!(faults(asked), []);
    let asked =
        json!({"metrics": ["play_ms_by_rendition"], "dimensions": ["rendition"], "filters": filter("attempts")});
    assert!(text(faults(asked)).starts_with("filters[0].attribute: 'attempts' is of whole attempts"));
    assert!(
        text(faults(json!({"filters": filter("play_ms_by_rendition")})))
            .starts_with("filters[0].attribute: 'play_ms_by_rendition' is told by")
    );
}
