//! Which attempts, in SQL. Values are bound, always.
//!
//! "Not known" is `''` in the tables and null in requests and answers: `EQ null` keeps the attempts whose value is not
//! known; NE, NOTCONTAINS keep them too (not known is different from "AT"); LT, LTE, GT, GTE never do.
//! LT … GTE compare numbers when the filter's value is one, and then leave out values that are none; else texts.
//! CONTAINS and NOTCONTAINS do not tell upper from lower case.

use super::{Sql, dimension};
use crate::request::{Filter, Having, Operator};

/// The condition that keeps an attempt by `value`, what it has of a metric; null is never kept.
pub fn measure(value: &str, having: &Having, sql: &mut Sql) -> String {
    let sign = match having.operator {
        Operator::Lt => "<",
        Operator::Lte => "<=",
        Operator::Gt => ">",
        Operator::Gte => ">=",
        Operator::Ne => "!=",
        // The parser lets no other pass.
        Operator::Eq | Operator::In | Operator::Contains | Operator::NotContains => "=",
    };
    format!("coalesce({value} {sign} {}, false)", sql.float(having.value))
}

/// The condition that keeps an attempt.
pub fn condition(filter: &Filter, sql: &mut Sql) -> String {
    let value = dimension::value(&filter.dimension, sql);
    holds(&value, filter.operator, &filter.values, sql)
}

/// The condition that the text `value` compares so with `values`; none of no values.
pub fn holds(value: &str, operator: Operator, values: &[Option<String>], sql: &mut Sql) -> String {
    let first = values.first().and_then(Option::as_deref).unwrap_or_default();
    let mut compared = |sign: &str| match first.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            format!(
                "coalesce(toFloat64OrNull(toString({value})) {sign} {}, false)",
                sql.float(number)
            )
        }
        _ => format!("{value} != '' AND {value} {sign} {}", sql.text(first)),
    };
    match operator {
        Operator::Lt => compared("<"),
        Operator::Lte => compared("<="),
        Operator::Gt => compared(">"),
        Operator::Gte => compared(">="),
        Operator::Contains => format!("positionCaseInsensitiveUTF8({value}, {}) > 0", sql.text(first)),
        Operator::NotContains => format!("positionCaseInsensitiveUTF8({value}, {}) = 0", sql.text(first)),
        Operator::In | Operator::Eq | Operator::Ne => {
            let list: Vec<String> = values
                .iter()
                .map(|value| sql.text(value.as_deref().unwrap_or_default()))
                .collect();
            match (list.as_slice(), operator == Operator::Ne) {
                ([], is_kept) => is_kept.to_string(),
                ([one], false) => format!("{value} = {one}"),
                ([one], true) => format!("{value} != {one}"),
                (_, false) => format!("{value} IN ({})", list.join(", ")),
                (_, true) => format!("{value} NOT IN ({})", list.join(", ")),
            }
        }
    }
}
