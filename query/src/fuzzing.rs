//! What `fuzz/` calls: the readers of questions, with what must hold whatever they read. Each panics where it does not hold.

use accounts::Tenant;
use actix_web::web;

use crate::{
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
    let plan = Plan::new(tenant, question, NOW_MS);
    if plan.too_large().is_some() {
        return;
    }
    for step in &plan.steps {
        for read in plan.reads(*step, &chosen) {
            ours(read.statement());
        }
    }
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

fn refused(faults: Faults) {
    assert!(faults.into_error().is_some(), "refused without a reason");
}

/// What we write is ASCII; anything else came from outside.
fn ours(statement: &store::Statement) {
    assert!(statement.sql().is_ascii(), "{}", statement.sql());
}
