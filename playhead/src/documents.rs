//! Documents made from the code, so that they cannot say something else than it does.

use std::{fmt::Write as _, io::Write as _};

use anyhow::Context as _;
use envelope::ErrorCode;
use schemas::{
    Rejection,
    attribute::ATTRIBUTES,
    metric::{METRICS, SUFFIXES},
};
use serde::Serialize;
use utoipa::OpenApi;

use crate::arguments::Document;

/// Prints one of them.
pub fn print(which: Document) -> anyhow::Result<()> {
    let text = match which {
        Document::Openapi => openapi().to_pretty_json()? + "\n",
        Document::Metrics => metrics()?,
        Document::Errors => errors()?,
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("writing to standard output")
}

/// The probes' part of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Playhead",
        description = "What viewers of your streams experience, and whether it got worse. Every response is an envelope.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(crate::health::live, crate::health::ready)
)]
struct Probes;

/// The OpenAPI document of everything this program serves.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Probes::openapi();
    document.merge(ingest::openapi());
    document.merge(query::openapi());
    document
}

/// Reads a catalogue's enum as it stands on the wire.
fn word(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_value(value)?
        .as_str()
        .unwrap_or_default()
        .replace('_', " "))
}

fn metrics() -> anyhow::Result<String> {
    let mut text = String::from(
        "# Metrics and attributes\n\n<!-- Made from schemas/src by `cargo xtask codegen`; edit it there. -->\n\n\
         One definition per number, the same in the collector, the simulator, the server and here. \
         Ratios are ratios of sums; the mean of per-attempt ratios would be another metric.\n\n## Metrics\n",
    );
    for metric in METRICS {
        writeln!(text, "\n### `{}`\n\n{}\n", metric.name, metric.definition)?;
        writeln!(
            text,
            "- unit: {}; kind: {}; better: {}; definition version {}",
            word(&metric.unit)?,
            word(&metric.kind)?,
            word(&metric.better)?,
            metric.definition_version
        )?;
        writeln!(text, "- null: {}", metric.null_rule)?;
        for other in metric.equivalents {
            let difference = if other.difference.is_empty() {
                "the same"
            } else {
                other.difference
            };
            writeln!(text, "- {} calls it *{}*: {difference}", other.system, other.name)?;
        }
    }
    writeln!(
        text,
        "\n## Suffixes of distributions\n\n| suffix | asks for |\n|---|---|"
    )?;
    for (suffix, meaning) in SUFFIXES {
        writeln!(text, "| `{suffix}` | {meaning} |")?;
    }
    writeln!(
        text,
        "\n## Attributes\n\nGroup and filter by any of these, and by `custom.<key>`.\n\n| attribute | from | what |\n|---|---|---|"
    )?;
    for attribute in ATTRIBUTES {
        writeln!(
            text,
            "| `{}` | {} | {} |",
            attribute.name,
            word(&attribute.source)?,
            attribute.description
        )?;
    }
    Ok(text)
}

fn errors() -> anyhow::Result<String> {
    let mut text = String::from(
        "# Errors\n\n<!-- Made from envelope/src/code.rs and schemas/src/rejection.rs by `cargo xtask codegen`; edit it there. -->\n\n\
         Every error answer carries one of these codes; `GET /v1/errors` lists them too.\n\n\
         | code | HTTP | name | means | the caller | the operator |\n|---|---|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let entry = code.entry();
        writeln!(
            text,
            "| {} | {} | `{}` | {} | {} | {} |",
            entry.code, entry.http_status, entry.name, entry.message, entry.user_action, entry.operator_action
        )?;
    }
    text.push_str(
        "\n## Rejections\n\nA beacon that is wrong is left out and named in the answer's `rejected`; the others of its batch are stored.\n\n\
         | code | means |\n|---|---|\n",
    );
    for rejection in Rejection::ALL {
        writeln!(text, "| `{}` | {} |", rejection.code(), rejection.meaning().trim())?;
    }
    Ok(text)
}
