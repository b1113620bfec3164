//! The tables on the real engine: what they hold is what the merge of the beacons says, however they arrived.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use engine::testing::EngineProcess;
use schemas::{
    AttemptId, Beacon, BeaconKind, Context, EndReason, Failure, FailureClass, Interval, OrganizationId, RenditionPlay,
    State, StreamType, Totals, UnixMs,
    attribute::{ATTRIBUTES, Source},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::{
    AttemptRows, BeaconRow, Enrichment, Migration, Receipt, Retention, Rows, Statement, Store, StoreConfig, StoreError,
    with_main,
};
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// The tests' rows are of one day, whatever day it is.
const FOR_EVER: Retention = Retention {
    beacons_days: 10_000,
    impressions_days: 10_000,
};
/// 2026-11-20T10:00:00Z.
const TEN_O_CLOCK: i64 = 1_795_168_800_000;

async fn store() -> (EngineProcess, Store) {
    let engine = EngineProcess::prepared((Migration::ALL, FOR_EVER), async |url| {
        Store::connect(StoreConfig::embedded(url))
            .migrate(&FOR_EVER)
            .await
            .unwrap();
    })
    .await;
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    (engine, store)
}

/// A small, seeded generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, usize::try_from(self.below(end as u64 + 1)).unwrap());
        }
    }
}

fn organization() -> OrganizationId {
    OrganizationId(Uuid::from_u128(1))
}

fn beacon(attempt: u128, sequence: u32, totals: Totals) -> Beacon {
    Beacon {
        attempt_id: AttemptId(Uuid::from_u128(attempt)),
        sequence,
        started_at_ms: UnixMs(TEN_O_CLOCK),
        kind: BeaconKind::Beat,
        state: State::Playing,
        interval: Interval {
            from_ms: sequence * 10_000,
            to_ms: (sequence + 1) * 10_000,
            state: State::Playing,
            ..Interval::default()
        },
        totals,
        context: None,
    }
}

fn receipt(started_at: i64) -> Receipt<'static> {
    Receipt {
        organization_id: organization(),
        received_at: UnixMs(TEN_O_CLOCK + 5),
        started_at: UnixMs(started_at),
        skew_ms: 0,
        unknown_fields: "",
    }
}

fn row(attempt: u128, sequence: u32, play_ms: u32) -> BeaconRow {
    let totals = Totals {
        play_ms,
        ..Totals::default()
    };
    BeaconRow::new(
        &beacon(attempt, sequence, totals),
        &Enrichment::default(),
        &receipt(TEN_O_CLOCK),
    )
}

/// Stores rows as one range.
async fn insert(store: &Store, token: &str, rows: &[BeaconRow]) -> Result<(), StoreError> {
    let rows: Rows = rows.iter().collect();
    let all = 0..rows.len();
    store.insert_beacons(token, &rows, all).await
}

#[derive(Deserialize, Debug)]
struct Count {
    count: u64,
}

async fn count(store: &Store, sql: &str) -> u64 {
    store.fetch::<Count>(&Statement::new(sql)).await.unwrap()[0].count
}

/// Totals that are null until they are known and then grow, together.
const SEEN: [&str; 2] = ["unique_media_ms", "position_ms_max"];
const BOOLS: [&str; 4] = ["first_frame_seen", "startup_interrupted", "startup_hidden", "suspended"];

fn number(object: &Map<String, Value>, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or(0)
}

/// The end of the interval, where all of the time until then is told apart.
fn time_told(totals: &Totals) -> u32 {
    totals.startup_wait_ms + totals.play_ms + totals.paused_ms + totals.stall_ms + totals.seek_ms + totals.ad_ms
}

/// The totals of one attempt after each of its beacons: every field grows at times or is set once, as a collector's do.
fn growing_totals(random: &mut Random, beacons: u32) -> Vec<Totals> {
    let mut object = Map::new();
    let mut renditions = BTreeMap::new();
    (0..beacons)
        .map(|_| {
            for &name in Totals::MAX_FIELDS {
                if random.below(3) == 0 {
                    let value = if BOOLS.contains(&name) {
                        json!(true)
                    } else {
                        let most = if name.ends_with("_bps_ms") || name.ends_with("_bytes") {
                            1 << 50
                        } else {
                            1 << 20
                        };
                        json!(number(&object, name) + random.below(most))
                    };
                    object.insert(name.into(), value);
                }
            }
            for &name in Totals::NULLABLE_FIELDS {
                if random.below(6) == 0 && !object.contains_key(name) && !SEEN.contains(&name) {
                    let value = match name {
                        "failure" => serde_json::to_value(Failure {
                            class: [FailureClass::Drm, FailureClass::Segment]
                                [usize::try_from(random.below(2)).unwrap()],
                            code: format!("code {}", random.below(9)),
                            message: "it's \\ broken\n".into(),
                        })
                        .unwrap(),
                        "end_reason" => serde_json::to_value(
                            [EndReason::Quit, EndReason::SourceChange][usize::try_from(random.below(2)).unwrap()],
                        )
                        .unwrap(),
                        // 0 was measured; it is not null.
                        _ => json!(random.below(3) * 1_000),
                    };
                    object.insert(name.into(), value);
                }
            }
            if random.below(2) == 0 {
                let name = format!("{}p@?", [360, 720, 1080][usize::try_from(random.below(3)).unwrap()]);
                *renditions.entry(name).or_insert(0) += 1 + u32::try_from(random.below(10_000)).unwrap();
            }
            // Often they say the same; then a row leaves one out, now this one, now that one.
            let of_renditions: u32 = renditions.values().sum();
            let mut raise = |object: &mut Map<String, Value>, name: &str, to: u64| {
                if random.below(3) > 0 && number(object, name) < to {
                    object.insert(name.into(), json!(to));
                }
            };
            raise(&mut object, "play_ms", of_renditions.into());
            for (name, other) in [
                ("media_ms", "play_ms"),
                ("bitrate_media_ms", "media_ms"),
                ("bitrate_peak_media_ms", "bitrate_media_ms"),
                ("upscale_ms", "play_ms"),
                ("startup_wait_ms", "startup_any_ms"),
                ("stall_ms_max", "stall_ms"),
            ] {
                let to = number(&object, other);
                raise(&mut object, name, to);
            }
            if random.below(3) == 0 {
                let [unique_ms, position_ms] = SEEN.map(|name| number(&object, name));
                let repeated_ms = number(&object, "media_ms") - unique_ms;
                object.insert(SEEN[0].into(), json!(unique_ms + random.below(repeated_ms + 1)));
                object.insert(SEEN[1].into(), json!(position_ms + random.below(1 << 20)));
            }
            if let Some(any) = object.get("startup_any_ms").filter(|_| random.below(2) == 0).cloned() {
                object.entry("startup_content_ms").or_insert(any);
            }
            let mut totals: Totals = serde_json::from_value(Value::Object(object.clone())).unwrap();
            totals.play_ms_by_rendition = renditions
                .iter()
                .map(|(rendition, play_ms)| RenditionPlay {
                    rendition: rendition.clone(),
                    play_ms: *play_ms,
                })
                .collect();
            totals
        })
        .collect()
}

/// One attempt as a reader merges it.
struct Impression {
    totals: Totals,
    rest: Map<String, Value>,
}

/// The attempts as a reader merges them; [`AttemptRows::One`]: those that stand in one hour.
async fn impressions(store: &Store, rows: AttemptRows) -> BTreeMap<Uuid, Impression> {
    let columns: Vec<String> = Totals::MAX_FIELDS
        .iter()
        .chain(
            Totals::NULLABLE_FIELDS
                .iter()
                .filter(|name| !matches!(**name, "failure")),
        )
        .chain(&[
            "failure_class",
            "failure_code",
            "failure_message",
            "elapsed_ms",
            "max_sequence",
        ])
        .chain(&["last_state", "received", "main_place", "play_ms_by_rendition"])
        .map(|name| format!("{} AS {name}", rows.sql(name)))
        .collect();
    let (started_at, from) = match rows {
        AttemptRows::One => (
            "i.started_at",
            "impressions AS i FINAL WHERE i.attempt_id NOT IN \
             (SELECT attempt_id FROM impressions GROUP BY attempt_id HAVING min(started_hour) != max(started_hour))",
        ),
        AttemptRows::Several => (
            "min(i.started_at)",
            "impressions AS i GROUP BY i.organization_id, i.attempt_id",
        ),
    };
    let sql = format!(
        "SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli({started_at}) AS started_at, {} FROM {from}",
        columns.join(", ")
    );
    let mut found = BTreeMap::new();
    for mut row in store.fetch::<Map<String, Value>>(&Statement::new(sql)).await.unwrap() {
        let attempt: Uuid = serde_json::from_value(row["attempt_id"].clone()).unwrap();
        let renditions: BTreeMap<String, u32> =
            serde_json::from_value(row.remove("play_ms_by_rendition").unwrap()).unwrap();
        let mut of_totals = Map::new();
        for &name in Totals::MAX_FIELDS.iter().chain(Totals::NULLABLE_FIELDS) {
            let value = match name {
                "failure" if row["failure_class"] == "" => Value::Null,
                "failure" => {
                    json!({"class": row["failure_class"], "code": row["failure_code"], "message": row["failure_message"]})
                }
                "end_reason" if row[name] == "" => Value::Null,
                _ => row.remove(name).unwrap(),
            };
            of_totals.insert(name.into(), value);
        }
        let mut totals: Totals = serde_json::from_value(Value::Object(of_totals)).unwrap();
        totals.play_ms_by_rendition = renditions
            .into_iter()
            .map(|(rendition, play_ms)| RenditionPlay { rendition, play_ms })
            .collect();
        let main_place = serde_json::from_value(row["main_place"].clone()).unwrap();
        with_main(&mut totals.play_ms_by_rendition, main_place, totals.play_ms);
        assert!(found.insert(attempt, Impression { totals, rest: row }).is_none());
    }
    found
}

#[tokio::test]
async fn lost_shuffled_and_repeated_beacons_merge_as_totals_do() {
    let (_engine, store) = store().await;
    let mut random = Random(20_261_120);
    let mut expected: BTreeMap<Uuid, (Totals, BTreeSet<u32>, i64, u32)> = BTreeMap::new();
    let mut deliveries = Vec::new();
    for attempt in 1..=150_u128 {
        for (sequence, totals) in (0..).zip(growing_totals(&mut random, 12)) {
            if random.below(4) == 0 {
                continue;
            }
            for _ in 0..=random.below(3) / 2 {
                // Each batch estimates the skew anew: some estimates lie in the hour before.
                let started_at = TEN_O_CLOCK - i64::try_from(random.below(1_000)).unwrap();
                let mut beacon = beacon(attempt, sequence, totals.clone());
                if attempt % 2 == 0 {
                    beacon.interval.to_ms = time_told(&totals);
                }
                beacon.state = if sequence % 2 == 0 {
                    State::Playing
                } else {
                    State::Paused
                };
                let entry =
                    expected
                        .entry(beacon.attempt_id.0)
                        .or_insert((Totals::default(), BTreeSet::new(), i64::MAX, 0));
                entry.0.merge(&totals);
                entry.1.insert(sequence);
                entry.2 = entry.2.min(started_at);
                entry.3 = entry.3.max(beacon.interval.to_ms);
                deliveries.push(BeaconRow::new(&beacon, &Enrichment::default(), &receipt(started_at)));
            }
        }
    }
    random.shuffle(&mut deliveries);
    for (index, batch) in deliveries.chunks(300).enumerate() {
        let token = format!("node/1/{index}");
        insert(&store, &token, batch).await.unwrap();
        if random.below(2) == 0 {
            insert(&store, &token, batch).await.unwrap();
        }
    }
    let stored = count(&store, "SELECT count() AS count FROM beacons").await;
    assert_eq!(stored, deliveries.len() as u64, "a token sent again stores nothing");

    let found = impressions(&store, AttemptRows::Several).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let whole = impressions(&store, AttemptRows::One).await;
    let mut split = 0;
    for (attempt, (totals, sequences, started_at, elapsed_ms)) in &expected {
        let is_split = !whole.contains_key(attempt);
        split += u64::from(is_split);
        for Impression { totals: merged, rest } in found.get(attempt).into_iter().chain(whole.get(attempt)) {
            assert_eq!(merged, totals, "{attempt}");
            let highest = *sequences.last().unwrap();
            assert_eq!(rest["max_sequence"], json!(highest));
            assert_eq!(rest["elapsed_ms"], json!(elapsed_ms));
            assert_eq!(rest["received"], json!(sequences.len()));
            assert_eq!(rest["started_at"], json!(started_at));
            assert_eq!(rest["last_state"], if highest % 2 == 0 { "p" } else { "a" });
        }
    }
    assert!(!whole.is_empty());
    assert!(
        split > 0,
        "some attempts stand in more than one row, so the reader's grouping was needed"
    );
}

/// Rows that the tables and the view took before a program left anything out, then those of today, of the same attempt.
#[tokio::test]
async fn rows_from_before_anything_was_left_out_count_as_they_did() {
    let engine = EngineProcess::start();
    let client = clickhouse::Client::default()
        .with_url(&engine.url)
        .with_compression(clickhouse::Compression::None);
    client
        .query_raw("CREATE DATABASE playhead ENGINE = Atomic")
        .execute()
        .await
        .unwrap();
    let client = client.with_database("playhead");
    for migration in Migration::ALL.iter().filter(|migration| migration.name < "0010") {
        client.query_raw(migration.sql).execute().await.unwrap();
    }
    for (sequence, play_ms) in [(0, 0), (4, 5_000), (2, 3_000)] {
        client
            .query_raw(&format!(
                "INSERT INTO beacons (organization_id, attempt_id, sequence, state, started_at, received_at, to_ms, play_ms, media_ms, \
                 bitrate_media_ms, upscale_ms, startup_any_ms, startup_content_ms, startup_wait_ms, stall_ms, stall_ms_max, \
                 play_ms_by_rendition) SELECT toUUID('{}'), toUUID('{}'), {sequence}, 'a', fromUnixTimestamp64Milli({TEN_O_CLOCK}), \
                 fromUnixTimestamp64Milli({TEN_O_CLOCK}), {play_ms} + 900, {play_ms}, {play_ms}, {play_ms}, {play_ms} - 10 * ({play_ms} > 0), \
                 500, 400, 500, 300, 300, map('720p@?', {play_ms})",
                organization().0,
                Uuid::from_u128(9),
            ))
            .execute()
            .await
            .unwrap();
    }
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    store.migrate(&FOR_EVER).await.unwrap();
    let totals = Totals {
        play_ms: 5_000,
        media_ms: 5_000,
        bitrate_media_ms: 5_000,
        upscale_ms: 4_990,
        startup_any_ms: Some(500),
        startup_content_ms: Some(400),
        startup_wait_ms: 500,
        stall_ms: 300,
        stall_ms_max: 300,
        play_ms_by_rendition: vec![RenditionPlay {
            rendition: "720p@?".into(),
            play_ms: 5_000,
        }],
        ..Totals::default()
    };
    for rows in [AttemptRows::One, AttemptRows::Several] {
        let Impression { totals: merged, rest } = &impressions(&store, rows).await[&Uuid::from_u128(9)];
        assert_eq!(*merged, totals);
        assert_eq!(
            (
                &rest["max_sequence"],
                &rest["last_state"],
                &rest["received"],
                &rest["elapsed_ms"]
            ),
            (&json!(4), &json!("a"), &json!(3), &json!(5_900))
        );
    }
    let later = Totals {
        play_ms: 9_000,
        media_ms: 9_000,
        bitrate_media_ms: 9_000,
        bitrate_peak_media_ms: 100,
        upscale_ms: 9_000,
        play_ms_by_rendition: vec![
            RenditionPlay {
                rendition: "1080p@?".into(),
                play_ms: 1_000,
            },
            RenditionPlay {
                rendition: "720p@?".into(),
                play_ms: 8_000,
            },
        ],
        ..totals
    };
    insert(
        &store,
        "later",
        &[BeaconRow::new(
            &beacon(9, 7, later.clone()),
            &Enrichment::default(),
            &receipt(TEN_O_CLOCK),
        )],
    )
    .await
    .unwrap();
    for rows in [AttemptRows::One, AttemptRows::Several] {
        let Impression { totals: merged, rest } = &impressions(&store, rows).await[&Uuid::from_u128(9)];
        assert_eq!(*merged, later);
        assert_eq!(
            (
                &rest["max_sequence"],
                &rest["last_state"],
                &rest["received"],
                &rest["elapsed_ms"]
            ),
            (&json!(7), &json!("p"), &json!(4), &json!(80_000))
        );
    }
}

#[tokio::test]
async fn every_field_and_attribute_is_a_column_with_a_comment() {
    #[derive(Deserialize)]
    struct Column {
        table: String,
        name: String,
        r#type: String,
        comment: String,
        default_expression: String,
    }
    let (_engine, store) = store().await;
    let statement = Statement::new(
        "SELECT table, name, type, comment, default_expression FROM system.columns
         WHERE database = {database:String} AND table IN ('beacons', 'impressions') ORDER BY table, position",
    )
    .bind("database", store.database());
    let columns = store.fetch::<Column>(&statement).await.unwrap();
    let of = |table: &str| -> BTreeMap<&str, &Column> {
        columns
            .iter()
            .filter(|column| column.table == table)
            .map(|column| (column.name.as_str(), column))
            .collect()
    };
    for column in &columns {
        assert!(
            !column.comment.is_empty(),
            "{}.{} says no unit",
            column.table,
            column.name
        );
    }
    let (beacons, impressions) = (of("beacons"), of("impressions"));
    for column in BeaconRow::COLUMNS {
        assert_eq!(beacons[column.name].r#type, column.kind, "{}", column.name);
        // What a row does not say is its type's default, here as in the code.
        assert_eq!(beacons[column.name].default_expression, "", "{}", column.name);
    }
    let sent: BTreeSet<&str> = BeaconRow::COLUMNS
        .iter()
        .map(|column| column.name)
        .chain(["journal_range", "row_number"])
        .collect();
    assert_eq!(beacons.keys().copied().collect::<BTreeSet<_>>(), sent);
    for (table, columns) in [("beacons", &beacons), ("impressions", &impressions)] {
        for &name in Totals::MAX_FIELDS {
            let column = columns.get(name).unwrap_or_else(|| panic!("{table} has no {name}"));
            assert!(!column.r#type.contains("Nullable"), "{table}.{name}");
            assert!(
                table == "beacons" || column.r#type.starts_with("SimpleAggregateFunction(max,"),
                "{name}"
            );
        }
        for &name in Totals::NULLABLE_FIELDS {
            match name {
                "failure" => {
                    for part in ["failure_class", "failure_code", "failure_message"] {
                        assert!(columns[part].r#type.contains("String"), "{table}.{part}");
                    }
                }
                "end_reason" => assert!(columns[name].r#type.contains("String"), "{table}"),
                // A beacon tells them from `media_ms`.
                "unique_media_ms" | "position_ms_max" if table == "beacons" => {
                    assert!(!columns.contains_key(name), "{name}");
                    assert!(columns["repeated_media_ms"].r#type.contains("Nullable(UInt32)"));
                }
                _ => assert!(columns[name].r#type.contains("Nullable(UInt32)"), "{table}.{name}"),
            }
        }
        for attribute in ATTRIBUTES {
            let column = columns
                .get(attribute.name)
                .unwrap_or_else(|| panic!("{table} has no {}", attribute.name));
            assert!(column.r#type.contains("String"), "{table}.{}", attribute.name);
        }
    }
    // The view names every column it feeds; one it forgot would stay at its default. Two are of rows from before `latest`.
    let view = Migration::ALL
        .iter()
        .rfind(|migration| migration.name.ends_with("_impressions_from_beacons"))
        .unwrap()
        .sql;
    for name in impressions
        .keys()
        .filter(|name| !matches!(**name, "max_sequence" | "last_state"))
    {
        let named = view.contains(&format!(" AS {name},"))
            || view.contains(&format!(" AS {name}\n"))
            || view.contains(&format!("\n    {name},"));
        assert!(named, "the view forgets {name}");
    }
}

#[tokio::test]
async fn every_context_and_derived_text_reaches_its_own_column() {
    let (_engine, store) = store().await;
    let text = |name: &str| Some(format!("<{name}>"));
    let context = Context {
        viewer_id: text("viewer_id"),
        video_id: text("video_id"),
        video_title: text("video_title"),
        stream_type: Some(StreamType::Live),
        player_name: text("player_name"),
        player_version: text("player_version"),
        player_software: text("player_software"),
        player_software_version: text("player_software_version"),
        collector_version: text("collector_version"),
        page_host: text("page_host"),
        cdn: text("cdn"),
        connection_type: text("connection_type"),
        language: text("language"),
        experiment_name: text("experiment_name"),
        experiment_variant: text("experiment_variant"),
        autoplay: Some(false),
        first_frame_method: Some(schemas::FirstFrameMethod::FrameCallback),
        video_duration_ms: Some(60_000),
        video_series: text("video_series"),
        page_version: text("page_version"),
        screen: text("screen"),
        audio_language: text("audio_language"),
        subtitle_language: text("subtitle_language"),
        video_codec: text("video_codec"),
        audio_codec: text("audio_codec"),
        drm_system: text("drm_system"),
        latency_source: Some(schemas::LatencySource::Player),
        connection_downlink_bps: Some(10_000_000),
        connection_rtt_ms: Some(50),
        sample_weight_permille: Some(10_000),
        muted: Some(true),
        fullscreen: Some(false),
        pip: Some(false),
        casting: Some(true),
        custom: BTreeMap::from([("plan".into(), "gold".into()), ("empty".into(), String::new())]),
    };
    let enrichment = Enrichment {
        browser: text("browser"),
        browser_version: text("browser_version"),
        os: text("os"),
        os_version: text("os_version"),
        device_class: text("device_class"),
        country: text("country"),
        region: text("region"),
        city: text("city"),
        asn: text("asn"),
        isp: text("isp"),
    };
    // The context comes once, in whichever beacon; the others know nothing.
    let mut with_context = beacon(7, 1, Totals::default());
    with_context.context = Some(context.into());
    let rows = [
        row(7, 0, 1),
        BeaconRow::new(&with_context, &enrichment, &receipt(TEN_O_CLOCK)),
        row(7, 2, 3),
    ];
    insert(&store, "contexts", &rows).await.unwrap();
    let names: Vec<&str> = ATTRIBUTES
        .iter()
        .filter(|attribute| attribute.source != Source::Totals)
        .map(|attribute| attribute.name)
        .collect();
    let columns: Vec<String> = names
        .iter()
        .map(|name| format!("max(impressions.{name}) AS {name}"))
        .collect();
    let sql = format!(
        "SELECT {}, maxMap(impressions.custom) AS custom, max(impressions.video_duration_ms) AS video_duration_ms FROM impressions GROUP BY attempt_id",
        columns.join(", ")
    );
    let found = store.fetch::<Map<String, Value>>(&Statement::new(sql)).await.unwrap();
    for name in names {
        let expected = match name {
            "stream_type" => "live".to_owned(),
            "autoplay" | "fullscreen" | "pip" => "false".to_owned(),
            "muted" | "casting" => "true".to_owned(),
            "first_frame_method" => "frame_callback".to_owned(),
            "latency_source" => "player".to_owned(),
            _ => format!("<{name}>"),
        };
        assert_eq!(found[0][name], json!(expected), "{name}");
    }
    assert_eq!(found[0]["custom"], json!({"plan": "gold", "empty": ""}));
    assert_eq!(found[0]["video_duration_ms"], json!(60_000));
}

#[tokio::test]
async fn migrating_twice_and_from_two_processes_changes_nothing() {
    let engine = EngineProcess::start();
    let config = StoreConfig {
        database: "another_house".into(),
        ..StoreConfig::embedded(&engine.url)
    };
    let (one, other) = (Store::connect(config.clone()), Store::connect(config));
    let retention = Retention {
        beacons_days: 3_000,
        impressions_days: 3_100,
    };
    let (first, second) = tokio::join!(one.migrate(&retention), other.migrate(&retention));
    assert!(first.unwrap().len() + second.unwrap().len() >= Migration::ALL.len());
    insert(&one, "a", &[row(1, 0, 1)]).await.unwrap();
    assert_eq!(one.migrate(&retention).await.unwrap(), Vec::<&str>::new());
    assert_eq!(count(&other, "SELECT count() AS count FROM beacons").await, 1);

    let ttl = "SELECT countIf(create_table_query LIKE '%toIntervalDay(3000)%' AND name = 'beacons'
                   OR create_table_query LIKE '%toIntervalDay(3100)%' AND name = 'impressions') AS count
               FROM system.tables WHERE database = 'another_house'";
    assert_eq!(count(&one, ttl).await, 2);
    one.migrate(&Retention {
        beacons_days: 4_000,
        impressions_days: 3_100,
    })
    .await
    .unwrap();
    assert_eq!(count(&one, ttl).await, 1);

    // Durability and the deduplication windows, on both tables.
    for setting in [
        "fsync_after_insert = 1",
        "fsync_part_directory = 1",
        "min_rows_to_fsync_after_merge = 1",
        "non_replicated_deduplication_window = 100000",
    ] {
        let sql = format!(
            "SELECT count() AS count FROM system.tables WHERE database = 'another_house' AND name IN ('beacons', 'impressions') AND engine_full LIKE '%{setting}%'"
        );
        assert_eq!(count(&one, &sql).await, 2, "{setting}");
    }
}

#[tokio::test]
async fn hours_that_a_backup_did_not_tell_of_are_known_after_a_start() {
    let (_engine, store) = store().await;
    insert(&store, "a", &[row(1, 0, 1), row(2, 0, 1)]).await.unwrap();
    let touches = "SELECT sum(touches) AS count FROM touched_hours";
    assert_eq!(count(&store, touches).await, 2);
    store.migrate(&FOR_EVER).await.unwrap();
    assert_eq!(count(&store, touches).await, 2, "what is known is not told again");
    store
        .execute(&Statement::new("TRUNCATE TABLE touched_hours"))
        .await
        .unwrap();
    assert_eq!(count(&store, touches).await, 0);
    store.migrate(&FOR_EVER).await.unwrap();
    assert_eq!(count(&store, touches).await, 2);
    let hours =
        "SELECT count() AS count FROM touched_hours WHERE (organization_id, started_hour, last_received_at) IN (
                     SELECT organization_id, started_hour, max(i.last_received_at) FROM impressions AS i
                     GROUP BY organization_id, started_hour)";
    assert_eq!(count(&store, hours).await, 1);
}

#[tokio::test]
async fn a_retention_that_a_ttl_cannot_say_is_refused_and_the_longest_keeps_a_row_of_today() {
    let (engine, store) = store().await;
    let keep = |beacons_days, impressions_days| Retention {
        beacons_days,
        impressions_days,
    };
    for (retention, expected) in [
        (keep(0, 30), ("beacons", 0)),
        (keep(36_500, 30), ("beacons", 36_500)),
        (
            keep(30, Retention::DAYS_MAX + 1),
            ("impressions", Retention::DAYS_MAX + 1),
        ),
    ] {
        let error = store.migrate(&retention).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Retention { table, days } if (*table, *days) == expected),
            "{error}"
        );
        assert!(!error.is_retryable());
    }
    store
        .migrate(&keep(Retention::DAYS_MAX, Retention::DAYS_MAX))
        .await
        .unwrap();
    insert(&store, "a", &[row(1, 0, 1)]).await.unwrap();
    let both = "SELECT (SELECT count() FROM beacons) + (SELECT count() FROM impressions) AS count";
    // A merge is what drops rows whose time has come.
    let client = clickhouse::Client::default()
        .with_url(&engine.url)
        .with_database("playhead");
    for table in ["beacons", "impressions"] {
        let merge = format!("OPTIMIZE TABLE {table} FINAL");
        client.query_raw(&merge).execute().await.unwrap();
    }
    assert_eq!(count(&store, both).await, 2);
}

#[tokio::test]
async fn an_edited_migration_is_noticed() {
    let (engine, store) = store().await;
    let edited = clickhouse::Client::default()
        .with_url(&engine.url)
        .with_database("playhead");
    edited
        .query_raw("INSERT INTO migrations (name, checksum, applied_at) VALUES ('0001_beacons', 'other', now64(3) + 1)")
        .execute()
        .await
        .unwrap();
    let error = store.migrate(&Retention::default()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::MigrationChanged { name, .. } if name == "0001_beacons"),
        "{error}"
    );
}

#[tokio::test]
async fn no_start_makes_a_batch_touch_too_many_partitions() {
    let (_engine, store) = store().await;
    // What is older than the retention is dropped as soon as it is stored.
    store
        .migrate(&Retention {
            impressions_days: Retention::DAYS_MAX,
            ..Retention::default()
        })
        .await
        .unwrap();
    // 40 years from 1990 on, a start every 29 days: 504 months.
    let rows: Vec<BeaconRow> = (0..504_u32)
        .map(|index| {
            let started_at = 631_152_000_000 + i64::from(index) * 29 * 24 * HOUR_MS;
            let beacon = beacon(u128::from(index) + 1, 0, Totals::default());
            BeaconRow::new(&beacon, &Enrichment::default(), &receipt(started_at))
        })
        .collect();
    insert(&store, "forty years", &rows).await.unwrap();
    assert_eq!(
        count(&store, "SELECT uniqExact(attempt_id) AS count FROM impressions").await,
        504
    );
}

#[tokio::test]
async fn a_range_is_stored_as_one_block() {
    let (_engine, store) = store().await;
    let rows: Vec<BeaconRow> = (0..30_000)
        .map(|index| row(u128::from(index / 20) + 1, index % 20, index))
        .collect();
    insert(&store, "range", &rows).await.unwrap();
    insert(&store, "range", &rows).await.unwrap();
    let parts = "SELECT count() AS count FROM system.parts WHERE database = 'playhead' AND table = 'beacons' AND active AND rows = 30000 AND level = 0";
    assert_eq!(count(&store, parts).await, 1);
    assert_eq!(count(&store, "SELECT count() AS count FROM beacons").await, 30_000);
    let places = "SELECT uniqExact(row_number) AS count FROM beacons WHERE journal_range = 'range'";
    assert_eq!(count(&store, places).await, 30_000);
}

#[tokio::test]
async fn values_arrive_as_they_were_bound() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Echo {
        text: String,
        big: u64,
        number: i64,
        float: f64,
        nothing: Option<f64>,
        flag: bool,
        uuid: Uuid,
        moment_ms: i64,
        moment_s: i64,
        texts: Vec<String>,
        uuids: Vec<Uuid>,
        numbers: Vec<i64>,
        moments: Vec<i64>,
    }
    let (_engine, store) = store().await;
    let uuid = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
    let statement = Statement::new(
        "SELECT {text:String} AS text, {big:UInt64} AS big, {number:Int32} AS number, {float:Float64} AS float,
                0 / 0 AS nothing, {flag:Bool} AS flag, {uuid:UUID} AS uuid,
                toUnixTimestamp64Milli({moment:DateTime64(3, 'UTC')}) AS moment_ms,
                toUnixTimestamp({second:DateTime('UTC')}) AS moment_s,
                {texts:Array(String)} AS texts, {uuids:Array(UUID)} AS uuids, {numbers:Array(Int64)} AS numbers,
                arrayMap(moment -> toUnixTimestamp64Milli(moment), {moments:Array(DateTime64(3, 'UTC'))}) AS moments",
    )
    .bind("text", "'; DROP TABLE beacons; -- ?{x}\\\n")
    .bind("big", u64::MAX)
    .bind("number", -7)
    .bind("float", 0.1)
    .bind("flag", true)
    .bind("uuid", uuid)
    .bind("moment", UnixMs(TEN_O_CLOCK + 1))
    .bind("second", UnixMs(TEN_O_CLOCK))
    .bind("texts", vec!["a'b".to_owned(), "c\\,d]".to_owned()])
    .bind("uuids", vec![uuid])
    .bind("numbers", vec![1_i64, -2])
    .bind("moments", vec![UnixMs(TEN_O_CLOCK), UnixMs(TEN_O_CLOCK + 2)])
    .log_comment("store::tests")
    .max_memory_bytes(1 << 30);
    let echo = store.fetch::<Echo>(&statement).await.unwrap();
    let expected = Echo {
        text: "'; DROP TABLE beacons; -- ?{x}\\\n".into(),
        big: u64::MAX,
        number: -7,
        float: 0.1,
        nothing: None,
        flag: true,
        uuid,
        moment_ms: TEN_O_CLOCK + 1,
        moment_s: TEN_O_CLOCK / 1_000,
        texts: vec!["a'b".into(), "c\\,d]".into()],
        uuids: vec![uuid],
        numbers: vec![1, -2],
        moments: vec![TEN_O_CLOCK, TEN_O_CLOCK + 2],
    };
    assert_eq!(echo, [expected]);
    assert_eq!(count(&store, "SELECT count() AS count FROM beacons").await, 0);
}

#[tokio::test]
async fn errors_say_whether_to_send_again() {
    let (engine, store) = store().await;
    let error = store
        .fetch::<Value>(&Statement::new("SELECT * FROM nowhere"))
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (Some(60), false), "{error}");
    let error = store
        .fetch::<Value>(&Statement::new("DROP TABLE beacons"))
        .await
        .unwrap_err();
    assert_eq!(
        error.code(),
        Some(164),
        "a statement that is fetched may only read: {error}"
    );
    let slow = Statement::new("SELECT sum(sleepEachRow(0.1)) FROM numbers(100) SETTINGS max_block_size = 1")
        .max_execution_seconds(1);
    let error = store.fetch::<Value>(&slow).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (Some(159), true), "{error}");
    let hungry = Statement::new("SELECT groupArray(number) FROM numbers(10000000)").max_memory_bytes(1 << 20);
    let error = store.fetch::<Value>(&hungry).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (Some(241), true), "{error}");
    let error = store
        .fetch::<Count>(&Statement::new("SELECT 'x' AS count"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Shape { .. }), "{error}");
    store.ping().await.unwrap();
    let client = store.clone();
    drop(engine);
    let error = insert(&client, "gone", &[row(1, 0, 1)]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Unreachable(_)) && error.is_retryable(),
        "{error}"
    );
    assert!(client.ping().await.is_err());
    let bad = Store::connect(StoreConfig {
        database: "a`; DROP".into(),
        ..StoreConfig::embedded("http://127.0.0.1:1")
    });
    assert!(matches!(
        bad.migrate(&Retention::default()).await,
        Err(StoreError::Name { .. })
    ));
}
