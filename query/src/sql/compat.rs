//! The compatible surface in SQL: one aggregate of one attribute over merged attempts, by time bucket and groups.
//!
//! The attempts, their place in the grid and the organisation are those of every other statement (`statement.rs`); names come from the
//! catalogue of `compat/attribute.rs`, values are bound.

use std::collections::BTreeSet;

use accounts::Tenant;
use store::Statement;

use super::{
    Sql, filter,
    statement::{Grid, Scope, Wanted, dimensions_array, finished, located_attempts},
};
use crate::{
    compat::{Aggregate, Asked, Attribute, Key, Meaning, request::Kept},
    request::Operator,
};

/// One row per time bucket and group: `bucket`, `groups` Array(String), `value` Nullable(Float64).
#[must_use]
pub fn table(asked: &Asked, tenant: Tenant, now_ms: i64) -> (Statement, Grid) {
    let grid = Grid::new(vec![asked.window.clone()]);
    let scope = scope(tenant, grid.clone(), &asked.filters, &asked.groups, now_ms);
    let mut sql = Sql::default();
    let inside = kept_attempts(&scope, asked, &mut sql);
    let names: Vec<String> = (0..asked.groups.len()).map(|index| format!("g{index}")).collect();
    let groups: Vec<String> = asked
        .groups
        .iter()
        .zip(&names)
        .map(|(group, name)| format!("{} AS {name}", text_of(group, &asked.license_key, &mut sql)))
        .collect();
    let value = value(asked, &mut sql);
    let group_by = ["bucket".to_owned()]
        .into_iter()
        .chain(names.iter().cloned())
        .collect::<Vec<_>>();
    let mut order: Vec<String> = asked
        .order
        .iter()
        .map(|order| {
            let key = match order.key {
                Key::Time => "bucket".to_owned(),
                Key::Group(index) => names[index].clone(),
                Key::Function => "value".to_owned(),
            };
            format!(
                "{key} {}",
                if order.descending {
                    "DESC NULLS LAST"
                } else {
                    "ASC NULLS LAST"
                }
            )
        })
        .collect();
    order.extend(group_by.iter().map(|name| format!("{name} ASC")));
    let selected = groups
        .iter()
        .fold(String::new(), |text, group| format!("{text}, {group}"));
    sql.text = format!(
        "SELECT bucket, {} AS groups, {value} AS value\nFROM (\n  SELECT *{selected}\n  FROM (\n{inside}\n  )\n)\n\
         GROUP BY {}\nORDER BY {}\nLIMIT {} OFFSET {}",
        dimensions_array(&names),
        group_by.join(", "),
        order.join(", "),
        asked.limit,
        asked.offset,
    );
    (finished(sql, &scope, "query::sql::compat::table"), grid)
}

/// The attempts that the filters keep, the latest first: `attempt_id`.
#[must_use]
pub fn impressions(asked: &Asked, tenant: Tenant, now_ms: i64) -> Statement {
    let grid = Grid::new(vec![asked.window.clone()]);
    let scope = scope(tenant, grid, &asked.filters, &[], now_ms);
    let mut sql = Sql::default();
    let inside = kept_attempts(&scope, asked, &mut sql);
    sql.text = format!(
        "SELECT attempt_id\nFROM (\n{inside}\n)\nORDER BY ms DESC, attempt_id\nLIMIT {} OFFSET {}",
        asked.limit, asked.offset
    );
    finished(sql, &scope, "query::sql::compat::impressions")
}

/// Bots count only where the question speaks of them, as in every other question.
fn scope(tenant: Tenant, grid: Grid, filters: &[Kept], groups: &[Attribute], now_ms: i64) -> Scope {
    let named = filters.iter().map(|filter| &filter.attribute).chain(groups);
    Scope {
        tenant,
        grid,
        within: None,
        by_end: false,
        filters: Vec::new(),
        except: Vec::new(),
        stretch_ms: None,
        seen: None,
        ladders: None,
        include_bots: named.into_iter().any(|attribute| attribute.name == "BROWSER_IS_BOT"),
        now_ms,
    }
}

fn kept_attempts(scope: &Scope, asked: &Asked, sql: &mut Sql) -> String {
    let filtered = asked.filters.iter().map(|filter| &filter.attribute);
    let named = asked.groups.iter().chain([&asked.of]).chain(filtered);
    // The viewer is always among them: what is located is told apart by viewer.
    let mut columns: BTreeSet<&str> = ["viewer_id"].into();
    columns.extend(named.flat_map(|attribute| attribute.columns.iter().copied()));
    let located = located_attempts(scope, &Wanted::default(), &mut columns, sql);
    let conditions: Vec<String> = asked
        .filters
        .iter()
        .map(|filter| format!("({})", condition(filter, &asked.license_key, sql)))
        .collect();
    match conditions.is_empty() {
        true => located,
        false => format!(
            "  SELECT *\n  FROM (\n{located}\n  )\n  WHERE {}",
            conditions.join("\n    AND ")
        ),
    }
}

/// The text of an attribute; `''` is not known.
fn text_of(attribute: &Attribute, license_key: &str, sql: &mut Sql) -> String {
    match attribute.meaning {
        Meaning::Text(text) => format!("toString({text})"),
        Meaning::Custom(number) => format!("custom[{}]", sql.text(&format!("customData{number}"))),
        Meaning::LicenseKey => format!("toString({})", sql.text(license_key)),
        Meaning::Number(_) | Meaning::Ratio(..) => format!("ifNull(toString({}), '')", number_of(attribute)),
        Meaning::Bucket(_) | Meaning::Function | Meaning::Unmeasured => "''".to_owned(),
    }
}

/// The number of an attribute; null is not known.
fn number_of(attribute: &Attribute) -> String {
    match attribute.meaning {
        Meaning::Number(number) => format!("toFloat64({number})"),
        Meaning::Ratio(above, below) => format!("toFloat64({above}) / nullIf(toFloat64({below}), 0)"),
        _ => "CAST(NULL, 'Nullable(Float64)')".to_owned(),
    }
}

/// What the attempts of a group come to.
fn value(asked: &Asked, sql: &mut Sql) -> String {
    if asked.aggregate == Aggregate::Count {
        let text = text_of(&asked.of, &asked.license_key, sql);
        return format!("toFloat64(uniqExactIf({text}, {text} != ''))");
    }
    let number = number_of(&asked.of);
    let number = format!("({number})");
    match (asked.aggregate, asked.of.meaning) {
        (Aggregate::Avg, Meaning::Ratio(above, below)) => {
            format!("sum(toFloat64({above})) / nullIf(sum(toFloat64({below})), 0)")
        }
        (Aggregate::Count, _) => unreachable!("counted above"),
        (Aggregate::Sum, _) => format!("sumOrNull({number})"),
        (Aggregate::Avg, _) => format!("avgOrNull({number})"),
        (Aggregate::Min, _) => format!("minOrNull({number})"),
        (Aggregate::Max, _) => format!("maxOrNull({number})"),
        (Aggregate::Stddev, _) => format!("stddevPopOrNull({number})"),
        (Aggregate::Variance, _) => format!("varPopOrNull({number})"),
        (Aggregate::Quantile(level), _) => {
            // A level is no parameter of a query; it is a number of ours, rounded to what a request can say.
            let level = (level * 1e6).round() / 1e6;
            format!("quantileExactInclusiveOrNull({level})({number})")
        }
    }
}

/// The condition that keeps an attempt. What is not known is different from every value, and is neither less nor greater.
fn condition(filter: &Kept, license_key: &str, sql: &mut Sql) -> String {
    if filter.attribute.is_number() {
        return number_condition(filter, sql);
    }
    let text = text_of(&filter.attribute, license_key, sql);
    filter::holds(&text, filter.operator, &filter.values, sql)
}

fn number_condition(filter: &Kept, sql: &mut Sql) -> String {
    let number = number_of(&filter.attribute);
    // A text that is no number equals none.
    let values: Vec<Option<f64>> = filter
        .values
        .iter()
        .map(|value| value.as_ref().map(|text| text.parse().unwrap_or(f64::NAN)))
        .collect();
    let first = values.first().copied().flatten();
    let mut compared = |sign: &str, unknown: bool| {
        let value = sql.float(first.unwrap_or(f64::NAN));
        format!("ifNull({number} {sign} {value}, {unknown})")
    };
    match filter.operator {
        Operator::Lt => compared("<", false),
        Operator::Lte => compared("<=", false),
        Operator::Gt => compared(">", false),
        Operator::Gte => compared(">=", false),
        Operator::Eq | Operator::Contains => match first {
            None => format!("isNull({number})"),
            Some(_) => compared("=", false),
        },
        Operator::Ne | Operator::NotContains => match first {
            None => format!("isNotNull({number})"),
            Some(_) => compared("!=", true),
        },
        Operator::In => {
            let null = values.contains(&None).then(|| format!("isNull({number})"));
            let known: Vec<String> = values.iter().flatten().map(|value| sql.float(*value)).collect();
            let known = (!known.is_empty()).then(|| format!("ifNull({number} IN ({}), false)", known.join(", ")));
            match null.into_iter().chain(known).collect::<Vec<_>>() {
                parts if parts.is_empty() => "false".to_owned(),
                parts => parts.join(" OR "),
            }
        }
    }
}
