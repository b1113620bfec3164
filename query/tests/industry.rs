//! The baseline `industry` on the real engine: who takes part, what is shown, and what is not.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use actix_web::http::Method;
use query::{IndustryConfig, Query, QueryConfig};
use schemas::OrganizationId;
use serde_json::{Value, json};
use support::{Attempt, DAY_MS, HOUR_MS, Node, Organization, call, iso};

/// Monday 2026-03-02T00:00:00Z, and the Monday after.
const WEEK: (i64, i64) = (1_772_409_600_000, 1_773_014_400_000);

fn query(node: &Node) -> Query {
    let config = QueryConfig {
        // The thresholds of the field with a tenth of its viewers.
        industry: IndustryConfig {
            viewers_min: 100,
            ..IndustryConfig::default()
        },
        ..QueryConfig::default()
    };
    let registry = prometheus::Registry::new();
    Query::new(config, node.store.clone(), node.accounts.clone(), &registry).unwrap()
}

/// Plays of so many viewers, two each, whose stalls are `permille` of what was wanted.
fn plays(viewers: u32, permille: u32) -> Vec<Attempt> {
    (0..2 * viewers)
        .map(|index| {
            let started = WEEK.0 + DAY_MS + i64::from(index) * HOUR_MS / 20;
            let stall_ms = 100 * permille;
            Attempt::play(started, format!("v-{}", index % viewers), 100_000 - stall_ms, stall_ms)
        })
        .collect()
}

async fn take_part(query: &Query, organization: &Organization, takes_part: bool) {
    let path = format!("/v1/account/organizations/{}", organization.id);
    let body = json!({"industry": takes_part});
    let (status, answer) = call(query, Method::PATCH, &path, &organization.admin, Some(body)).await;
    assert_eq!(
        (status, &answer["data"]["result"]["industry"]),
        (200, &json!(takes_part)),
        "{answer:#}"
    );
}

async fn ask(query: &Query, organization: &Organization, more: Value) -> (u16, Value) {
    let mut body = json!({"metrics": ["rebuffer_ratio", "attempts"], "start": iso(WEEK.0), "end": iso(WEEK.1), "compare": ["industry"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call(
        query,
        Method::POST,
        "/v1/analytics/query",
        &organization.reader,
        Some(body),
    )
    .await
}

async fn compared(query: &Query, organization: &Organization) -> Value {
    let (status, answer) = ask(query, organization, json!({})).await;
    assert_eq!(status, 200, "{answer:#}");
    answer["data"]["result"]["rows"][0]["comparisons"]["industry"]["rebuffer_ratio"].clone()
}

/// An organisation with attempts that takes part.
async fn peer(
    node: &Node,
    query: &Query,
    name: &str,
    parent: Option<OrganizationId>,
    attempts: &[Attempt],
) -> Organization {
    let peer = node.organization(name, parent).await;
    node.insert(&peer, name, attempts).await;
    take_part(query, &peer, true).await;
    peer
}

fn is_near(told: &Value, expected: f64) -> bool {
    told.as_f64().is_some_and(|told| (told / expected - 1.0).abs() < 0.011)
}

#[actix_web::test]
async fn the_industry_is_shown_where_enough_take_part_and_not_before() {
    let node = Node::start().await;
    let query = query(&node);
    let own = node.organization("own", None).await;
    node.insert(&own, "own", &plays(400, 50)).await;
    let (status, answer) = ask(&query, &own, json!({})).await;
    assert_eq!((status, &answer["data"]["code"]), (400, &json!(3001)), "{answer:#}");
    take_part(&query, &own, true).await;

    // 1 % to 7 %; the last comes later.
    for rank in 1..=6 {
        let mut attempts = plays(150, 10 * rank);
        // An audience that the asker has not, and that is much worse off: it is weighted away.
        let mut others = plays(60, 300);
        for attempt in &mut others {
            (attempt.country, attempt.device) = ("DE", "tv");
        }
        attempts.extend(others);
        peer(&node, &query, &format!("peer-{rank}"), None, &attempts).await;
    }
    let few = compared(&query, &own).await;
    assert_eq!(
        (&few["verdict"], &few["reference"], &few["industry"]),
        (&json!("refused"), &Value::Null, &Value::Null),
        "{few:#}"
    );
    // Organisations of the asker's own tree are none of the industry, whatever they say.
    peer(&node, &query, "daughter", Some(own.id), &plays(150, 900)).await;
    // Too few viewers make no vote.
    peer(&node, &query, "tiny", None, &plays(40, 900)).await;
    assert_eq!(compared(&query, &own).await["verdict"], "refused");

    let last = peer(&node, &query, "peer-7", None, &plays(150, 70)).await;
    let shown = compared(&query, &own).await;
    let industry = &shown["industry"];
    for (quartile, expected) in [("p25", 0.02), ("p50", 0.04), ("p75", 0.06)] {
        assert!(
            is_near(&industry[quartile], expected),
            "{quartile} {expected} {shown:#}"
        );
    }
    assert_eq!(
        (&industry["start"], &industry["end"]),
        (&json!(iso(WEEK.0)), &json!(iso(WEEK.1)))
    );
    assert_eq!(
        (&shown["verdict"], &shown["reference"]),
        (&json!("no_detectable_change"), &industry["p50"])
    );
    let (_, answer) = ask(&query, &own, json!({})).await;
    let volume = &answer["data"]["result"]["rows"][0]["comparisons"]["industry"]["attempts"];
    assert_eq!(
        (&volume["verdict"], &volume["reference"], &volume["industry"]),
        (&json!("refused"), &Value::Null, &Value::Null)
    );
    // The asker gets worse; the others stay what they are.
    node.insert(&own, "worse", &plays(400, 300)).await;
    let worst = compared(&query, &own).await;
    assert_eq!(
        (&worst["verdict"], &worst["industry"]),
        (&json!("worse"), industry),
        "{worst:#}"
    );

    // A cell that too few have is not shown, though the whole is.
    let filters = json!({"filters": [{"attribute": "device_class", "operator": "EQ", "value": "tv"}]});
    let (status, answer) = ask(&query, &own, filters).await;
    assert_eq!(status, 200, "{answer:#}");
    let cell = &answer["data"]["result"]["rows"][0]["comparisons"]["industry"]["rebuffer_ratio"];
    assert_eq!(
        (&cell["verdict"], &cell["reference"]),
        (&json!("refused"), &Value::Null)
    );

    // Who leaves is not seen any more, and does not see.
    take_part(&query, &last, false).await;
    assert_eq!(compared(&query, &own).await["verdict"], "refused");
    let (status, _) = ask(&query, &last, json!({})).await;
    assert_eq!(status, 400);
}

#[actix_web::test]
async fn nobody_fills_the_industry_with_organisations_of_its_own_and_nobody_outweighs_it() {
    let node = Node::start().await;
    let query = query(&node);
    let own = peer(&node, &query, "own", None, &plays(400, 50)).await;
    let platform = node.organization("platform", None).await;
    for rank in 1..=6 {
        peer(
            &node,
            &query,
            &format!("child-{rank}"),
            Some(platform.id),
            &plays(150, 10 * rank),
        )
        .await;
    }
    peer(&node, &query, "victim", None, &plays(150, 77)).await;
    let one_vote = compared(&query, &own).await;
    assert_eq!(
        (&one_vote["verdict"], &one_vote["reference"]),
        (&json!("refused"), &Value::Null),
        "{one_vote:#}"
    );
    for rank in 1..=6 {
        peer(&node, &query, &format!("peer-{rank}"), None, &plays(150, 10 * rank)).await;
    }
    // The platform's six are a third of all there is.
    let heavy = compared(&query, &own).await;
    assert_eq!(
        (&heavy["verdict"], &heavy["reference"]),
        (&json!("refused"), &Value::Null),
        "{heavy:#}"
    );
    assert!(
        heavy["reason"].as_str().unwrap().contains("too large a part"),
        "{heavy:#}"
    );
}

#[actix_web::test]
async fn what_could_single_one_out_is_refused_and_only_an_admin_decides() {
    let node = Node::start().await;
    let query = query(&node);
    let (own, other) = (
        node.organization("own", None).await,
        node.organization("other", None).await,
    );
    let faults = async |more: Value| {
        let (status, answer) = ask(&query, &own, more).await;
        assert_eq!(status, 400, "{answer:#}");
        let details = answer["data"]["details"].as_array().unwrap().iter();
        details
            .map(|detail| detail["field"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        faults(json!({"dimensions": ["country", "cdn"]})).await,
        ["dimensions[1]"]
    );
    let filter = |attribute: &str, operator: &str| json!({"filters": [{"attribute": attribute, "operator": operator, "value": "AT"}]});
    assert_eq!(faults(filter("video_id", "EQ")).await, ["filters[0].attribute"]);
    assert_eq!(faults(filter("custom.team", "EQ")).await, ["filters[0].attribute"]);
    assert_eq!(faults(filter("country", "NE")).await, ["filters[0].operator"]);

    let change = async |key: &str, id: String, body: Value| {
        let path = format!("/v1/account/organizations/{id}");
        call(&query, Method::PATCH, &path, key, Some(body)).await.0
    };
    let yes = json!({"industry": true});
    assert_eq!(change(&own.writer, own.id.to_string(), yes.clone()).await, 403);
    assert_eq!(change(&own.admin, other.id.to_string(), yes.clone()).await, 403);
    assert_eq!(change(&own.admin, "x".to_owned(), yes).await, 403);
    assert_eq!(
        change(&own.admin, own.id.to_string(), json!({"industri": true})).await,
        400
    );
    assert_eq!(
        change(&own.admin, own.id.to_string(), json!({"industry": "yes"})).await,
        400
    );
    let (_, list) = call(&query, Method::GET, "/v1/account/organizations", &own.reader, None).await;
    assert_eq!(list["data"]["result"]["organizations"][0]["industry"], json!(false));
}
