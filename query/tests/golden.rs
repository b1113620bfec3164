//! The SQL of each step as text, and the same text run on the real engine. `UPDATE_EXPECT=1` rewrites the texts.
#![allow(clippy::unwrap_used, missing_docs)]

mod prepared;

use std::fmt::Write as _;

use accounts::{Accounts, Annotation, Scope, Tenant};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use query::{
    calendar::Window,
    cells::{DayCells, TouchedDay},
    compat::{self, Aggregate, Asked, Attribute, Meaning},
    plan::{Plan, Read},
    request::{self, Ask, AskedMetric, Dimension, Filter, Having, Operator, Seen, Special},
    sql::{
        expression::Facts,
        metric::{Hist, Part},
        statement::{self, AttemptOrder, Grid},
    },
};
use schemas::UnixMs;
use serde_json::{Value, json};
use store::{Param, Retention, Statement, Store, StoreConfig};

/// 2026-11-20T12:00:00Z.
const NOW_MS: i64 = 1_795_176_000_000;

struct Goldens {
    store: Store,
    tenant: Tenant,
    _engine: EngineProcess,
    _directory: tempfile::TempDir,
}

impl Goldens {
    async fn start() -> Self {
        let engine = prepared_engine(&Retention::default()).await;
        let directory = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&directory.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("golden", None, UnixMs(0)).await.unwrap();
        let key = accounts
            .create_api_key(organization, "golden", Scope::Read, UnixMs(0))
            .await
            .unwrap();
        let tenant = accounts.authenticate(key.reveal()).unwrap().tenant(None).unwrap();
        Self {
            store,
            tenant,
            _engine: engine,
            _directory: directory,
        }
    }

    /// Compares a statement with its file, and runs it.
    async fn check(&self, name: &str, statement: &Statement) {
        let mut text = String::new();
        for (name, value) in statement.params() {
            let value = match value {
                Param::Uuid(_) => "<organisation>".to_owned(),
                other => serde_json::to_string(other).unwrap(),
            };
            writeln!(text, "-- {name} = {value}").unwrap();
        }
        text.push_str(statement.sql());
        text.push('\n');
        let path = format!("{}/tests/golden/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        expect_test::expect_file![path].assert_eq(&text);
        let answer = self.store.fetch_bytes(statement, "JSONEachRow").await;
        answer.unwrap_or_else(|error| panic!("{name}: {error}\n{}", statement.sql()));
    }

    /// What is read from cells and what from the attempts: of a range that is ragged at both ends, of which one day has no cells.
    async fn cells(&self) {
        const DAY_MS: i64 = query::sql::cells::DAY_MS;
        let body = json!({"metrics": ["attempts", "rebuffer_ratio", "startup_any_ms_p95", "unique_viewers"], "dimensions": ["cdn"],
            "filters": [{"attribute": "country", "operator": "NE", "value": "AT"}],
            "start": "2026-11-16T12:30:00Z", "end": "2026-11-21T00:00:00Z", "compare": ["day_before"]});
        let question = request::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut plan = Plan::new(self.tenant, question, &[], NOW_MS).unwrap();
        let coverage = plan.coverage().unwrap();
        let form = query::sql::cells::form();
        // A hash of texts that change says nothing in a golden.
        let without_form = |statement: &Statement| {
            let params = statement
                .params()
                .iter()
                .filter(|(_, value)| *value != Param::Integer(form));
            let bare = Statement::new(statement.sql()).log_comment("golden");
            let bare = params.fold(bare, |bare, (name, value)| bare.bind(name.clone(), value.clone()));
            bare.bind("form", 7_i64)
        };
        self.check("cells_0_touched", &coverage.touched).await;
        self.check("cells_0_built", &without_form(&coverage.built)).await;
        self.check("cells_unbuilt", &without_form(&query::sql::cells::unbuilt(NOW_MS, 10)))
            .await;
        let today = NOW_MS - NOW_MS.rem_euclid(DAY_MS);
        let day = |ago: i64| TouchedDay {
            day_ms: today - ago * DAY_MS,
            // Of one day nobody has built any, and one goes on.
            cells: (ago != 2).then(|| DayCells {
                version: 1_000 - ago,
                until_ms: today - ago * DAY_MS + if ago == 1 { DAY_MS / 2 } else { DAY_MS },
                is_open: ago == 1,
            }),
            touches: 1_000,
        };
        plan.known = coverage.known([5, 4, 3, 2, 1].map(day).to_vec());
        assert!(plan.reads_cells());
        for (place, step) in (1..).zip(&plan.steps) {
            let reads = plan.reads(*step, &[vec!["cdn-b".into()]]);
            for (index, statement) in reads.iter().map(Read::statement).enumerate() {
                let name = format!("cells_{place}_{}_{index}", step.name());
                self.check(&name, statement).await;
            }
        }
        let body = json!({"metrics": ["rebuffer_ratio", "startup_any_ms_p95"], "start": "2026-11-16T12:30:00Z", "end": "2026-11-21T00:00:00Z",
            "compare": ["day_before"], "filters": [{"attribute": "country", "operator": "NE", "value": "AT"}]});
        let question = request::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut headline = Plan::new(self.tenant, question, &[], NOW_MS).unwrap();
        headline.known = headline.coverage().unwrap().known(plan.known.days.clone());
        let reads = headline.reads(query::plan::Step::Values, &[]);
        for (index, statement) in reads.iter().map(Read::statement).enumerate() {
            self.check(&format!("cells_headline_{index}"), statement).await;
        }
        let body = json!({"metrics": ["concurrent_viewers"], "dimensions": ["cdn"], "start": "2026-11-16T12:30:00Z", "end": "2026-11-21T00:00:00Z"});
        let question = request::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut ticks = Plan::new(self.tenant, question, &[], NOW_MS).unwrap();
        ticks.known = ticks.coverage().unwrap().known(plan.known.days);
        let reads = ticks.reads(query::plan::Step::Values, &[vec!["cdn-b".into()]]);
        for (index, statement) in reads.iter().map(Read::statement).enumerate() {
            self.check(&format!("cells_ticks_{index}"), statement).await;
        }
        self.check(
            "cells_lacking_beacons",
            &query::sql::cells::lacking_beacons(self.tenant, today - DAY_MS),
        )
        .await;
        let whole = query::sql::cells::Extent::Whole(query::sql::cells::TicksFrom::Beacons);
        let columns = ["stall_ms", "country"];
        let each = |buckets| {
            query::sql::cells::each_of_day(
                self.tenant,
                today,
                1_001,
                query::sql::cells::Extent::Open(11),
                &columns,
                buckets,
            )
        };
        self.check("cells_each_of_day", &each(32..64)).await;
        self.check(
            "cells_rows_of_day",
            &query::sql::cells::rows_of_day(self.tenant, today - DAY_MS, whole),
        )
        .await;
        self.check("cells_stale", &query::sql::cells::stale(NOW_MS, 10)).await;
        for statement in query::sql::cells::count_ticks(self.tenant, today - DAY_MS, 1_000, 0, whole) {
            self.store.execute(&statement).await.unwrap();
        }
        let built = query::sql::cells::built(self.tenant, today - DAY_MS, 1_000, 0, whole);
        self.store.execute(&built).await.unwrap();
        let large = query::sql::cells::large(NOW_MS, 1, 10);
        self.check("cells_large", &without_form(&large)).await;
        let left_out = query::sql::cells::leave_out(self.tenant, today, 11, 1_001, NOW_MS - 600_000);
        self.store.execute(&left_out).await.unwrap();
        self.check(
            "cells_counted_attempts",
            &query::sql::cells::counted_attempts(self.tenant, today, 11, 1_001),
        )
        .await;
        self.check(
            "cells_counted_cells",
            &query::sql::cells::counted_cells(self.tenant, today, 1_001),
        )
        .await;
    }

    async fn check_plan(&self, name: &str, body: &Value, annotations: &[Annotation], chosen: &[Vec<String>]) {
        self.check_special(name, body, Special::default(), annotations, chosen)
            .await;
    }

    async fn check_special(
        &self,
        name: &str,
        body: &Value,
        special: Special,
        annotations: &[Annotation],
        chosen: &[Vec<String>],
    ) {
        let mut question = request::parse(body).unwrap_or_else(|faults| panic!("{faults:?}"));
        question.special = special;
        let plan = Plan::new(self.tenant, question, annotations, NOW_MS).unwrap_or_else(|faults| panic!("{faults:?}"));
        for (place, step) in plan.steps.iter().enumerate() {
            let reads = plan.reads(*step, chosen);
            for (index, statement) in reads.iter().map(Read::statement).enumerate() {
                let name = format!("{name}_{place}_{}_{index}", step.name());
                self.check(&name, statement).await;
            }
        }
    }
}

fn noted(body: Value) -> Annotation {
    Annotation {
        annotation_id: uuid::Uuid::from_u128(7),
        content: query::annotation::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}")),
        created_at: UnixMs(0),
        updated_at: UnixMs(0),
    }
}

#[actix_web::test]
async fn every_step_has_its_text_and_the_engine_takes_it() {
    let goldens = Goldens::start().await;
    goldens
        .check_plan(
            "total",
            &json!({"metrics": ["attempts", "startup_any_ms_p95", "good_share"], "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z",
                "timezone": "Europe/Vienna", "compare": ["auto", "day_before"]}),
            &[],
            &[],
        )
        .await;
    goldens
        .check_plan(
            "breakdown",
            &json!({"metrics": ["attempts", "rebuffer_ratio", "unique_viewers", "concurrent_viewers"], "dimensions": ["browser", "custom.team"],
                "filters": [{"attribute": "country", "operator": "IN", "value": ["AT", null]}, {"attribute": "browser_version", "operator": "LT", "value": 120},
                    {"attribute": "rebuffer_ratio", "operator": "GT", "value": 0.01}],
                "orderBy": [{"name": "rebuffer_ratio"}], "includeBots": true,
                "start": "2026-11-19T00:00:00Z", "end": "2026-11-20T00:00:00Z", "interval": "hour",
                "compare": [{"cohort": {"filters": [{"attribute": "browser", "operator": "EQ", "value": "Safari"}]}}]}),
            &[],
            &[vec!["Chrome".into(), "red".into()], vec![String::new(), "it's".into()]],
        )
        .await;
    goldens
        .check_plan(
            "over_a_clock_change",
            &json!({"metrics": ["plays"], "start": "2026-10-24T00:00:00+02:00", "end": "2026-10-27T00:00:00+01:00", "interval": "day",
                "timezone": "Europe/Vienna"}),
            &[],
            &[],
        )
        .await;
    // Of a stretch that is less than half of the hours around it, only the attempts that began in it are merged.
    goldens
        .check_plan(
            "a_few_minutes",
            &json!({"metrics": ["plays"], "start": "2026-11-19T10:10:00Z", "end": "2026-11-19T10:25:00Z"}),
            &[],
            &[],
        )
        .await;
    // Attempts of the hour in which they ended; they may have begun 48 h before.
    goldens
        .check_plan(
            "by_end",
            &json!({"metrics": ["attempts", "good_share"], "by": "end", "start": "2026-11-19T10:00:00Z", "end": "2026-11-19T11:00:00Z"}),
            &[],
            &[],
        )
        .await;
    // Over the clock change of 25 October; three days earlier there is none, 52 weeks earlier there is that of 26 October 2025.
    goldens
        .check_plan(
            "since_a_release",
            &json!({"metrics": ["attempts", "rebuffer_ratio"], "start": "2026-10-24T09:00:00+02:00", "end": "2026-10-26T09:00:00+01:00",
                "timezone": "Europe/Vienna", "compare": ["release", "year_before"]}),
            &[noted(json!({"kind": "release", "start": "2026-10-24T06:30:00Z", "title": "8.1.0"}))],
            &[],
        )
        .await;
    // The Friday before the last has an incident: auto reaches back one more.
    goldens
        .check_plan(
            "without_an_incident",
            &json!({"metrics": ["rebuffer_ratio"], "start": "2026-11-20T00:00:00+01:00", "end": "2026-11-21T00:00:00+01:00",
                "timezone": "Europe/Vienna", "compare": ["auto"]}),
            &[noted(json!({"kind": "incident", "start": "2026-11-06T20:00:00Z", "end": "2026-11-06T20:10:00Z", "title": "it's {down}"}))],
            &[],
        )
        .await;
    // Playing time of two renditions by CDN, whose shares are of all of it.
    goldens
        .check_special(
            "by_rendition",
            &json!({"metrics": ["play_ms_by_rendition", "play_share_by_rendition"], "dimensions": ["cdn", "rendition"],
                "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "compare": ["day_before"]}),
            Special::default(),
            &[],
            &[
                vec!["it's".into(), "720p@3000000".into()],
                vec!["cdn-b".into(), String::new()],
            ],
        )
        .await;
    let is = |name, value: &str| Filter {
        dimension: Dimension::Attribute(name),
        operator: Operator::Eq,
        values: vec![Some(value.to_owned())],
    };
    // Every value of two attributes by itself, in the attempts that are not in a cause found before.
    goldens
        .check_special(
            "explain",
            &json!({"metrics": ["rebuffer_ratio"], "dimensions": ["cdn", "country"],
                "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "compare": ["day_before"]}),
            Special {
                apart: true,
                except: vec![vec![is("cdn", "it's"), is("os", "iOS")]],
                ..Special::default()
            },
            &[],
            &[vec!["0".into(), "cdn-b".into()], vec!["1".into(), String::new()]],
        )
        .await;
    // What an arm's viewers were like before; and a switchback, whose unit is ten minutes.
    for (name, special) in [
        (
            "seen_in_an_arm",
            Special {
                seen: Some(Seen {
                    start: NOW_MS - 86_400_000,
                    end: NOW_MS,
                    filters: vec![is("experiment_name", "abr"), is("experiment_variant", "it's")],
                }),
                ..Special::default()
            },
        ),
        (
            "switchback",
            Special {
                exact_viewers: true,
                stretch_ms: Some(600_000),
                ..Special::default()
            },
        ),
    ] {
        let body = json!({"metrics": ["unique_viewers", "good_share"], "start": "2026-11-18T00:00:00Z", "end": "2026-11-19T00:00:00Z"});
        goldens.check_special(name, &body, special, &[], &[]).await;
    }
    goldens.cells().await;
    let listed = statement::Scope {
        tenant: goldens.tenant,
        grid: Grid::new(vec![Window::new(
            1_795_000_000_000,
            1_795_086_400_000,
            None,
            chrono_tz::Tz::UTC,
        )]),
        within: None,
        by_end: false,
        filters: vec![Filter {
            dimension: Dimension::Attribute("country"),
            operator: Operator::Eq,
            values: vec![Some("AT".to_owned()), None],
        }],
        except: Vec::new(),
        stretch_ms: None,
        seen: None,
        ladders: None,
        include_bots: false,
        now_ms: NOW_MS,
    };
    let measures = ["startup_any_ms", "good_share", "bitrate_avg_bps"].map(|name| Having {
        metric: AskedMetric {
            name: name.to_owned(),
            metric: schemas::metric::metric(name).unwrap(),
            ask: Ask::Value,
        },
        operator: Operator::Lte,
        value: 0.5,
    });
    let told = statement::Wanted {
        dimensions: vec![Dimension::Attribute("cdn"), Dimension::Custom("a'b".to_owned())],
        parts: vec![Part::StallMs, Part::StartupAnyMs],
        hists: vec![Hist::StartupAny],
        by_viewer: true,
        ..statement::Wanted::default()
    };
    let facts = Facts::new(&told.parts, &told.hists, listed.now_ms).unwrap();
    goldens
        .check("each", &statement::each(&listed, &told, &facts.columns))
        .await;
    goldens.check("count", &statement::count(&listed, &[])).await;
    goldens
        .check("count_by_measures", &statement::count(&listed, &measures))
        .await;
    goldens.check("export", &statement::export(&listed, &[])).await;
    let worst = AttemptOrder::Metric(schemas::metric::metric("rebuffer_ratio").unwrap());
    goldens
        .check("page", &statement::page(&listed, &measures, worst, true, 51, 0))
        .await;
    goldens.check("drop_off", &statement::drop_off(&listed)).await;
    goldens.check("rewatched", &statement::rewatched(&listed)).await;
    goldens.check("freshness", &statement::freshness(goldens.tenant)).await;
    let id = uuid::Uuid::from_u128(7);
    goldens
        .check(
            "impressions",
            &statement::impressions(goldens.tenant, &[(id, NOW_MS)], NOW_MS),
        )
        .await;
    goldens
        .check("impression", &statement::impression(goldens.tenant, id, NOW_MS))
        .await;
    goldens.check("beacons", &statement::beacons(goldens.tenant, id)).await;
}

/// Every metric, every attribute and every operator, as the engine sees them.
#[actix_web::test]
async fn the_engine_takes_every_name_of_the_catalogues() {
    let goldens = Goldens::start().await;
    let run = async |body: Value| {
        let question = request::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let plan = Plan::new(goldens.tenant, question, &[], NOW_MS).unwrap_or_else(|faults| panic!("{faults:?}"));
        for step in &plan.steps {
            for statement in plan.reads(*step, &[]).iter().map(Read::statement) {
                let answer = goldens.store.fetch_bytes(statement, "JSONEachRow").await;
                answer.unwrap_or_else(|error| panic!("{body}: {error}\n{}", statement.sql()));
            }
        }
    };
    let base = json!({"start": "2026-11-19T00:00:00Z", "end": "2026-11-20T00:00:00Z"});
    let with = |extra: Value| {
        let mut body = base.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let is_told_apart = |name: &String| request::AskedMetric::parse(name).unwrap().metric.dimension.is_some();
    let (told_apart, names): (Vec<String>, Vec<String>) =
        request::AskedMetric::names().into_iter().partition(is_told_apart);
    run(with(
        json!({"metrics": told_apart, "dimensions": ["rendition", "country"], "compare": ["auto"]}),
    ))
    .await;
    for metrics in names.chunks(10) {
        run(with(json!({"metrics": metrics}))).await;
        run(with(json!({"metrics": metrics, "dimensions": ["country"]}))).await;
    }
    // Of every metric whose change may be explained, what one attempt adds.
    let window = Window::new(NOW_MS - 86_400_000, NOW_MS, None, chrono_tz::Tz::UTC);
    let scope = request::parse(&with(json!({"metrics": ["attempts"]}))).unwrap();
    let scope = Plan::new(goldens.tenant, scope, &[], NOW_MS).unwrap().scope;
    let scope = statement::Scope {
        grid: Grid::new(vec![window]),
        ..scope
    };
    let recipes = names.iter().filter_map(|name| {
        let asked = request::AskedMetric::parse(name)?;
        query::sql::metric::recipe(asked.metric, asked.ask)
    });
    let recipes: Vec<_> = recipes.collect();
    assert!(recipes.len() > 40);
    for recipes in recipes.chunks(20) {
        let parts: Vec<Part> = recipes.iter().flat_map(|recipe| recipe.parts()).collect();
        let hists: Vec<Hist> = recipes.iter().filter_map(|recipe| recipe.hist()).collect();
        let facts = Facts::new(&parts, &hists, scope.now_ms).unwrap();
        let each = statement::each(&scope, &statement::Wanted::default(), &facts.columns);
        let answer = goldens.store.fetch_bytes(&each, "JSONCompactEachRow").await;
        answer.unwrap_or_else(|error| panic!("{error}\n{}", each.sql()));
    }
    for attribute in schemas::attribute::ATTRIBUTES {
        let filters: Vec<Value> = request::Operator::NAMES
            .iter()
            .map(|(operator, _)| json!({"attribute": attribute.name, "operator": operator, "value": "1"}))
            .collect();
        run(with(
            json!({"metrics": ["attempts"], "dimensions": [attribute.name], "filters": filters}),
        ))
        .await;
    }
    for (interval, _) in query::calendar::Interval::NAMES {
        run(with(json!({"metrics": ["attempts", "concurrent_viewers"], "interval": interval, "timezone": "Asia/Kathmandu", "compare": ["auto", "last_month"]}))).await;
    }
}

/// A question of the compatible surface.
fn compat(body: &Value, aggregate: &str) -> Asked {
    let body = body.as_object().unwrap();
    compat::request::parse(body, Aggregate::of(aggregate).unwrap(), None, NOW_MS)
        .unwrap_or_else(|faults| panic!("{body:?}: {faults:?}"))
}

#[tokio::test]
async fn the_compatible_surface_is_as_its_goldens_and_every_word_of_it_runs() {
    const AGGREGATES: [&str; 9] = [
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "stddev",
        "variance",
        "median",
        "percentile",
    ];
    let goldens = Goldens::start().await;
    let base = json!({"licenseKey": "key", "start": "2026-11-19T00:00:00Z", "end": "2026-11-20T00:00:00Z"});
    let with = |extra: Value| {
        let mut body = base.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let whole = with(json!({
        "dimension": "VIDEO_STARTUPTIME", "percentile": 95, "interval": "HOUR", "groupBy": ["BROWSER", "CUSTOM_DATA_3"], "limit": 50, "offset": 10,
        "filters": [
            {"name": "VIDEO_STARTUPTIME", "operator": "GT", "value": 0},
            {"name": "ERROR_CODE", "operator": "NE", "value": null},
            {"name": "CDN_PROVIDER", "operator": "IN", "value": ["cdn-a", null]},
        ],
        "orderBy": [{"name": "FUNCTION", "order": "DESC"}, {"name": "HOUR", "order": "ASC"}],
    }));
    let asked = compat(&whole, "percentile");
    let tenant = goldens.tenant;
    goldens
        .check("compat", &query::sql::compat::table(&asked, tenant, NOW_MS).0)
        .await;
    goldens
        .check(
            "compat_impressions",
            &query::sql::compat::impressions(&asked, tenant, NOW_MS),
        )
        .await;

    let run = async |body: Value, aggregate: &str| {
        let statement = query::sql::compat::table(&compat(&body, aggregate), tenant, NOW_MS).0;
        let answer = goldens.store.fetch_bytes(&statement, "JSONEachRow").await;
        answer.unwrap_or_else(|error| panic!("{aggregate} {body}: {error}\n{}", statement.sql()));
    };
    for name in Attribute::names().chain(["CUSTOM_DATA_1"]) {
        let attribute = Attribute::of(name).unwrap();
        if matches!(attribute.meaning, Meaning::Bucket(_) | Meaning::Function) {
            continue;
        }
        let filters: Vec<Value> = request::Operator::NAMES
            .iter()
            .map(|(operator, _)| json!({"name": name, "operator": operator, "value": "1"}))
            .chain([
                json!({"name": name, "operator": "EQ"}),
                json!({"name": name, "operator": "NE"}),
                json!({"name": name, "operator": "IN"}),
            ])
            .collect();
        let body = with(json!({"dimension": name, "groupBy": [name], "filters": filters, "interval": "DAY"}));
        let numbers = if attribute.is_number() {
            &AGGREGATES[..]
        } else {
            &AGGREGATES[..1]
        };
        for aggregate in numbers {
            run(body.clone(), aggregate).await;
        }
    }
}
