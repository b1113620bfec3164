//! What `fuzz/` calls: the readers of questions, with what must hold whatever they read. Each panics where it does not hold.

use accounts::{Annotation, AnnotationContent, AnnotationKind, Tenant};
use actix_web::web;
use chrono_tz::Tz;
use schemas::UnixMs;
use uuid::Uuid;

use crate::{
    annotation,
    http::parse_listing,
    plan::Plan,
    request::{self, Faults, Question},
};

/// 2026-11-20T00:00:00Z.
const NOW_MS: i64 = 1_795_132_800_000;

/// A value of a dimension, as rows give it: nothing of it may become text of a statement.
const VALUE: &str = "é";

/// A body of `POST /v1/analytics/query`: it becomes statements that hold nothing of the caller's, or every fault names a field.
///
/// # Panics
/// Where that does not hold.
pub fn question(body: &[u8], tenant: Tenant) {
    let Ok(body) = serde_json::from_slice(body) else {
        return;
    };
    let question: Question = match request::parse(&body) {
        Ok(question) => question,
        Err(faults) => return refused(faults),
    };
    let chosen = vec![vec![VALUE.to_owned(); question.dimensions.len()]];
    let plan = match Plan::new(tenant, question, &noted(), NOW_MS) {
        Ok(plan) => plan,
        Err(faults) => return refused(faults),
    };
    if plan.too_large().is_some() {
        return;
    }
    for step in &plan.steps {
        for read in plan.reads(*step, &chosen) {
            ours(read.statement());
        }
    }
}

/// A body of `POST /v1/analytics/annotations`: it says the same when it is written and read again, or every fault names a field.
///
/// # Panics
/// Where that does not hold.
pub fn annotation(body: &[u8]) {
    let Ok(body) = serde_json::from_slice(body) else {
        return;
    };
    let content = match annotation::parse(&body) {
        Ok(content) => content,
        Err(faults) => return refused(faults),
    };
    let (start, end) = annotation::stretch(&content, Tz::UTC);
    assert!(start <= end, "it ends before it begins");
    let again = annotation::parse(&annotation::written(&content).into());
    assert_eq!(again.ok(), Some(content), "it is not read as it was written");
}

/// The query string of `GET /v1/analytics/impressions`: it becomes a statement that holds nothing of the caller's, and the cursor of
/// its next page is good for it; or every fault names a parameter.
///
/// # Panics
/// Where that does not hold.
pub fn listing(query: &[u8], tenant: Tenant) {
    let Ok(query) = std::str::from_utf8(query) else {
        return;
    };
    let Ok(query) = web::Query::<Vec<(String, String)>>::from_query(query) else {
        return;
    };
    let query = query.into_inner();
    let listing = match parse_listing(&query) {
        Ok(listing) => listing,
        Err(faults) => return refused(faults),
    };
    let (statement, cursor) = listing.page(tenant, NOW_MS);
    ours(&statement);
    let mut next: Vec<(String, String)> = query.into_iter().filter(|(name, _)| name != "cursor").collect();
    next.push(("cursor".to_owned(), cursor));
    assert!(parse_listing(&next).is_ok(), "the next page is refused");
}

/// A release and an incident of the week before.
fn noted() -> Vec<Annotation> {
    const DAY_MS: i64 = 86_400_000;
    let content = |kind, start, end| AnnotationContent {
        kind,
        start: UnixMs(start),
        end,
        is_floating: false,
        title: VALUE.to_owned(),
        text: None,
        filters: "[]".to_owned(),
    };
    let incident_end = Some(UnixMs(NOW_MS - 6 * DAY_MS));
    [
        content(AnnotationKind::Release, NOW_MS - 3 * DAY_MS, None),
        content(AnnotationKind::Incident, NOW_MS - 7 * DAY_MS, incident_end),
    ]
    .into_iter()
    .map(|content| Annotation {
        annotation_id: Uuid::nil(),
        content,
        created_at: UnixMs(NOW_MS),
        updated_at: UnixMs(NOW_MS),
    })
    .collect()
}

fn refused(faults: Faults) {
    assert!(faults.into_error().is_some(), "refused without a reason");
}

/// What we write is ASCII; anything else came from outside.
fn ours(statement: &store::Statement) {
    assert!(statement.sql().is_ascii(), "{}", statement.sql());
}
