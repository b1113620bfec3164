//! Documents made from the code, so that they cannot say something else than it does.

use std::{fmt::Write as _, io::Write as _};

use anyhow::Context as _;
use envelope::ErrorCode;
use schemas::{
    Rejection,
    attribute::{ATTRIBUTES, RENDITION},
    metric::{METRICS, SUFFIXES},
    score::VECTORS,
};
use serde::Serialize;

use crate::{arguments::Document, openapi};

/// Prints one of them.
pub fn print(which: Document) -> anyhow::Result<()> {
    let text = match which {
        Document::Openapi => indented(&openapi::document()?)?,
        Document::Metrics => metrics()?,
        Document::Errors => errors()?,
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("writing to standard output")
}

/// JSON by lines, set in by one space: with two the document would be a fifth larger.
fn indented(value: &impl Serialize) -> anyhow::Result<String> {
    let mut text = Vec::new();
    let form = serde_json::ser::PrettyFormatter::with_indent(b" ");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, form))?;
    text.push(b'\n');
    Ok(String::from_utf8(text)?)
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
        if let Some(dimension) = metric.dimension {
            writeln!(text, "- needs the dimension `{dimension}`")?;
        }
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
        "\n## Test vectors of `experience_score`\n\n| failed | startup, ms | played, ms | stalled, ms | upscaled | score |\n|---|---|---|---|---|---|"
    )?;
    for vector in VECTORS {
        let known = |value: Option<String>| value.unwrap_or_else(|| "not known".to_owned());
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            if vector.failed { "yes" } else { "no" },
            known(vector.startup_ms.map(|ms| ms.to_string())),
            vector.play_and_stall_ms.0,
            vector.play_and_stall_ms.1,
            known(vector.upscale.map(|upscale| format!("{:.0} %", 100.0 * upscale))),
            known(vector.score.map(|score| format!("{score:.1}"))),
        )?;
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
    writeln!(
        text,
        "\n## Dimensions that are no attributes\n\nGroup by these the metrics that need them; nothing is filtered by them.\n\n| dimension | what |\n|---|---|\n| `{}` | {} |",
        RENDITION.name, RENDITION.description
    )?;
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
