//! Here lives `cargo xtask bench statistics`: the figures of `statistics/examples/coverage`, held to the bands that they name, and
//! their tables in docs/statistics.md. What is measured and what is allowed is written there, beside the methods.

use std::{fmt::Write, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    bench::print,
    project::{Project, output, say},
};

/// The page, and where in it the tables stand.
const PAGE: &str = "docs/statistics.md";
const BEGIN: &str = "<!-- Written by `cargo xtask bench statistics --write` from here. Do not edit. -->";
const END: &str = "<!-- To here. -->";

/// A share with its band and its place in a table.
#[derive(Debug, Clone, Deserialize)]
struct Figure {
    figure: String,
    value: f64,
    /// What it may be at least.
    low: Option<f64>,
    /// What it may be at most.
    high: Option<f64>,
    /// Whether the band holds here: not where intervals are marked unreliable.
    held: bool,
    table: String,
    row: String,
    column: String,
}

impl Figure {
    fn is_outside(&self) -> bool {
        self.held && (self.low.is_some_and(|low| self.value < low) || self.high.is_some_and(|high| self.value > high))
    }

    fn band(&self) -> Option<String> {
        match (self.low, self.high) {
            (None, None) => None,
            (Some(low), None) => Some(format!("≥ {}", percent(low))),
            (None, Some(high)) => Some(format!("≤ {}", percent(high))),
            (Some(low), Some(high)) => Some(format!("{} to {}", percent(low), percent(high))),
        }
    }
}

/// Runs the simulations, prints, writes if wanted, and fails where a figure is outside its band.
pub fn statistics(project: &Project, json: bool, write: bool) -> Result<()> {
    let text = output(project.cargo().args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "playhead-statistics",
        "--example",
        "coverage",
    ]))?;
    let mut figures = Vec::new();
    for line in text.lines() {
        let figure: Value = serde_json::from_str(line).with_context(|| format!("reading {line:?}"))?;
        // What has no place in a table is a time.
        let is_share = figure.get("table").is_some();
        if json || !is_share {
            print(&figure, json);
        }
        if is_share {
            figures.push(serde_json::from_value::<Figure>(figure).with_context(|| format!("reading {line:?}"))?);
        }
    }
    if !json {
        println!("{}", tables(&figures));
    }
    if write {
        write_tables(project, &figures)?;
    }
    let outside: Vec<&Figure> = figures.iter().filter(|figure| figure.is_outside()).collect();
    for figure in &outside {
        let band = figure.band().unwrap_or_default();
        say(format!(
            "outside: {} is {}, allowed is {band}",
            figure.figure,
            percent(figure.value)
        ));
    }
    let unheld = figures.iter().filter(|figure| !figure.held).count();
    let unbounded = figures.iter().filter(|figure| figure.band().is_none()).count();
    say(format!(
        "{} figures, {} outside their band; {unheld} are of intervals marked unreliable, {unbounded} have no band",
        figures.len(),
        outside.len()
    ));
    if !outside.is_empty() {
        bail!("{} figures are outside their band", outside.len());
    }
    Ok(())
}

fn write_tables(project: &Project, figures: &[Figure]) -> Result<()> {
    let path = project.path(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
    let (before, rest) = page
        .split_once(BEGIN)
        .with_context(|| format!("{PAGE} has no {BEGIN:?}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{PAGE} has no {END:?}"))?;
    let text = format!("{before}{BEGIN}\n{}\n{END}{after}", tables(figures));
    fs::write(&path, text).with_context(|| format!("writing {PAGE}"))
}

/// Names in the order they came in, each once.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// One Markdown table for each that the figures name. A column's head has its band; a cell with another says its own.
fn tables(figures: &[Figure]) -> String {
    let mut text = String::new();
    for table in distinct(figures.iter().map(|figure| figure.table.as_str())) {
        let inside: Vec<&Figure> = figures.iter().filter(|figure| figure.table == table).collect();
        let columns = distinct(inside.iter().map(|figure| figure.column.as_str()));
        let bands: Vec<Option<String>> = columns.iter().map(|column| usual_band(&inside, column)).collect();
        let mut line = |cells: &[String]| {
            // Writing to a String does not fail.
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        };
        line(
            &[format!("**{table}**")]
                .into_iter()
                .chain(columns.iter().zip(&bands).map(|(column, band)| match band {
                    Some(band) => format!("{column}: {band}"),
                    None => (*column).to_owned(),
                }))
                .collect::<Vec<_>>(),
        );
        line(&vec!["---".to_owned(); columns.len() + 1]);
        for row in distinct(inside.iter().map(|figure| figure.row.as_str())) {
            let cells = columns.iter().zip(&bands).map(|(column, band)| {
                inside
                    .iter()
                    .find(|figure| figure.row == row && figure.column == *column)
                    .map_or_else(|| "–".to_owned(), |figure| cell(figure, band.as_deref()))
            });
            line(&[row.to_owned()].into_iter().chain(cells).collect::<Vec<_>>());
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// The band that most figures of a column have.
fn usual_band(figures: &[&Figure], column: &str) -> Option<String> {
    let bands: Vec<String> = figures
        .iter()
        .filter(|figure| figure.column == column)
        .filter_map(|figure| figure.band())
        .collect();
    let count = |band: &String| bands.iter().filter(|other| *other == band).count();
    bands.iter().max_by_key(|band| count(band)).cloned()
}

fn cell(figure: &Figure, usual: Option<&str>) -> String {
    let value = percent(figure.value);
    let value = match (figure.held, figure.is_outside()) {
        (false, _) => format!("*{value}*"),
        (true, true) => format!("**{value}**"),
        (true, false) => value,
    };
    match figure.band() {
        band if band.as_deref() == usual => value,
        Some(band) => format!("{value} ({band})"),
        None => format!("{value} (no bound)"),
    }
}

/// Per cent to three digits, at most two after the point.
fn percent(share: f64) -> String {
    let digits = if share.abs() < 0.01 { 2 } else { 1 };
    let text = format!("{:.digits$}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{} %", if text == "-0" { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::{Figure, percent, tables};

    fn figure(row: &str, column: &str, value: f64, held: bool) -> Figure {
        Figure {
            figure: String::new(),
            value,
            low: Some(0.935),
            high: Some(0.965),
            held,
            table: "T".to_owned(),
            row: row.to_owned(),
            column: column.to_owned(),
        }
    }

    #[test]
    fn a_figure_outside_its_band_is_bold_and_one_that_is_not_held_italic() {
        let figures = [
            figure("a", "1", 0.95, true),
            figure("a", "2", 0.9, true),
            figure("b", "1", 0.9, false),
        ];
        assert_eq!(
            tables(&figures),
            "| **T** | 1: 93.5 % to 96.5 % | 2: 93.5 % to 96.5 % |\n| --- | --- | --- |\n| a | 95 % | **90 %** |\n| b | *90 %* | – |"
        );
        let outside: Vec<bool> = figures.iter().map(Figure::is_outside).collect();
        assert_eq!(outside, [false, true, false]);
    }

    #[test]
    fn shares_are_written_in_per_cent() {
        for (share, text) in [
            (0.95, "95 %"),
            (0.0012, "0.12 %"),
            (0.0, "0 %"),
            (-0.004, "-0.4 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
