//! What the texts of [`super::metric`] say of one attempt, without ClickHouse.
//!
//! Few attempts are read as they stand and added up here, because ClickHouse takes longer to plan dozens of sums than to read the attempts. A sum is still
//! written once: what ClickHouse is asked with is parsed here too, so both say the same.
//!
//! Numbers are those of ClickHouse: whole ones stay whole, `/` makes real ones, and null makes null of whatever it is part of, but for what asks
//! for it. A text that speaks of anything else is refused when it is parsed. Pure.

use std::{cmp::Ordering, collections::BTreeSet};

use sqlparser::{
    ast::{
        BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget, UnaryOperator,
        Value as Literal,
    },
    dialect::ClickHouseDialect,
    parser::{Parser, ParserError},
};

use super::metric::{DERIVED, Hist, Part};

/// A value of an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Not measured.
    Null,
    /// A whole number; 0 and 1 for false and true.
    Whole(i128),
    /// A real number.
    Real(f64),
    /// A text.
    Text(&'a str),
}

impl Value<'_> {
    /// Whether it is true; none of null, and of a text.
    fn truth(self) -> Option<bool> {
        match self {
            Self::Whole(number) => Some(number != 0),
            Self::Real(number) => Some(number != 0.0),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// The number it is.
    fn number(self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(number as f64),
            Self::Real(number) => Some(number),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// The whole number it is; 0 of null, and what is behind the point of a real one is left.
    fn whole(self) -> i128 {
        match self {
            Self::Whole(number) => number,
            Self::Real(number) => number as i128,
            Self::Null | Self::Text(_) => 0,
        }
    }

    /// How two compare; none where one is null, or they are a number and a text.
    fn compared(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }
}

impl From<Option<bool>> for Value<'_> {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, |truth| Self::Whole(truth.into()))
    }
}

/// Why a text is not understood.
#[derive(Debug, thiserror::Error)]
pub enum ExpressionError {
    /// It is no expression.
    #[error("no expression")]
    Syntax(#[from] ParserError),
    /// It speaks of something that is not known here.
    #[error("'{0}' is not known here")]
    Unknown(String),
}

fn unknown(what: impl ToString) -> ExpressionError {
    ExpressionError::Unknown(what.to_string())
}

/// Functions of ClickHouse, by its names.
#[derive(Debug, Clone, Copy)]
enum Function {
    If,
    MultiIf,
    Coalesce,
    IsNull,
    IsNotNull,
    AssumeNotNull,
    ToWhole,
    BitAnd,
    IntDiv,
    Least,
    Greatest,
    Round,
    Log,
    Log1p,
}

impl Function {
    fn named(name: &str) -> Result<Self, ExpressionError> {
        Ok(match name {
            "if" => Self::If,
            "multiIf" => Self::MultiIf,
            "coalesce" => Self::Coalesce,
            "isNull" => Self::IsNull,
            "isNotNull" => Self::IsNotNull,
            "assumeNotNull" => Self::AssumeNotNull,
            "toUInt64" | "toUInt128" => Self::ToWhole,
            "bitAnd" => Self::BitAnd,
            "intDiv" => Self::IntDiv,
            "least" => Self::Least,
            "greatest" => Self::Greatest,
            "round" => Self::Round,
            "log" => Self::Log,
            "log1p" => Self::Log1p,
            other => return Err(unknown(other)),
        })
    }
}

/// A parsed text.
#[derive(Debug, Clone)]
enum Node {
    /// A column or a derived fact, by its place.
    Place(usize),
    Whole(i128),
    Real(f64),
    Text(String),
    Null,
    Not(Box<Node>),
    Both(Box<[Node; 2]>),
    Either(Box<[Node; 2]>),
    /// One of these orders of the two.
    Compared(&'static [Ordering], Box<[Node; 2]>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    OneOf {
        value: Box<Node>,
        list: Vec<Node>,
        negated: bool,
    },
    Floor(Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy)]
enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
}

impl Node {
    /// `names` stand in their places.
    fn parse(text: &str, names: &[&str]) -> Result<Self, ExpressionError> {
        let parsed = Parser::new(&ClickHouseDialect {}).try_with_sql(text)?.parse_expr()?;
        Self::of(&parsed, names)
    }

    fn of(parsed: &Expr, names: &[&str]) -> Result<Self, ExpressionError> {
        let inner = |parsed: &Expr| Self::of(parsed, names);
        let boxed = |parsed: &Expr| inner(parsed).map(Box::new);
        Ok(match parsed {
            Expr::Nested(nested) => inner(nested)?,
            Expr::Identifier(name) => {
                let place = names.iter().position(|known| *known == name.value);
                Self::Place(place.ok_or_else(|| unknown(name))?)
            }
            Expr::Value(literal) => match &literal.value {
                Literal::Null => Self::Null,
                Literal::SingleQuotedString(text) => Self::Text(text.clone()),
                Literal::Number(number, _) => match number.parse() {
                    Ok(whole) => Self::Whole(whole),
                    Err(_) => Self::Real(number.parse().map_err(|_| unknown(number))?),
                },
                other => return Err(unknown(other)),
            },
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => Self::Not(boxed(expr)?),
            Expr::BinaryOp { left, op, right } => {
                let both = Box::new([inner(left)?, inner(right)?]);
                match op {
                    BinaryOperator::And => Self::Both(both),
                    BinaryOperator::Or => Self::Either(both),
                    BinaryOperator::Eq => Self::Compared(&[Ordering::Equal], both),
                    BinaryOperator::NotEq => Self::Compared(&[Ordering::Less, Ordering::Greater], both),
                    BinaryOperator::Lt => Self::Compared(&[Ordering::Less], both),
                    BinaryOperator::LtEq => Self::Compared(&[Ordering::Less, Ordering::Equal], both),
                    BinaryOperator::Gt => Self::Compared(&[Ordering::Greater], both),
                    BinaryOperator::GtEq => Self::Compared(&[Ordering::Greater, Ordering::Equal], both),
                    BinaryOperator::Plus => Self::Arithmetic(Arithmetic::Plus, both),
                    BinaryOperator::Minus => Self::Arithmetic(Arithmetic::Minus, both),
                    BinaryOperator::Multiply => Self::Arithmetic(Arithmetic::Times, both),
                    BinaryOperator::Divide => Self::Arithmetic(Arithmetic::Over, both),
                    other => return Err(unknown(other)),
                }
            }
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated,
                global: false,
            } => Self::OneOf {
                value: boxed(expr)?,
                list: list.iter().map(inner).collect::<Result<_, _>>()?,
                negated: *negated,
            },
            Expr::Floor { expr, .. } => Self::Floor(boxed(expr)?),
            Expr::Function(called) => {
                let FunctionArguments::List(list) = &called.args else {
                    return Err(unknown(called));
                };
                let given = list.args.iter().map(|argument| match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => inner(argument),
                    other => Err(unknown(other)),
                });
                let given = given.collect::<Result<_, _>>()?;
                Self::Call(Function::named(&called.name.to_string())?, given)
            }
            other => return Err(unknown(other)),
        })
    }

    /// What it is where `values` stand in the places.
    fn value<'a>(&'a self, values: &[Value<'a>]) -> Value<'a> {
        match self {
            Self::Place(place) => values.get(*place).copied().unwrap_or(Value::Null),
            Self::Whole(number) => Value::Whole(*number),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
            Self::Null => Value::Null,
            Self::Not(node) => node.value(values).truth().map(|truth| !truth).into(),
            Self::Both(both) => match both[0].value(values).truth() {
                Some(false) => Value::Whole(0),
                first => match (first, both[1].value(values).truth()) {
                    (_, Some(false)) => Value::Whole(0),
                    (first, second) => first.and(second).into(),
                },
            },
            Self::Either(both) => match both[0].value(values).truth() {
                Some(true) => Value::Whole(1),
                first => match (first, both[1].value(values).truth()) {
                    (_, Some(true)) => Value::Whole(1),
                    (first, second) => first.and(second).into(),
                },
            },
            Self::Compared(orders, both) => {
                let compared = both[0].value(values).compared(both[1].value(values));
                compared.map(|order| orders.contains(&order)).into()
            }
            Self::Arithmetic(operation, both) => operation.of(both[0].value(values), both[1].value(values)),
            Self::OneOf { value, list, negated } => match value.value(values) {
                Value::Null => Value::Null,
                value => {
                    let found = list
                        .iter()
                        .any(|one| value.compared(one.value(values)) == Some(Ordering::Equal));
                    Value::Whole((found != *negated).into())
                }
            },
            Self::Floor(node) => node
                .value(values)
                .number()
                .map_or(Value::Null, |number| Value::Real(number.floor())),
            Self::Call(function, given) => function.value(given, values),
        }
    }
}

impl Arithmetic {
    fn of<'a>(self, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        if let (Value::Whole(left), Value::Whole(right)) = (left, right) {
            match self {
                Self::Plus => return Value::Whole(left + right),
                Self::Minus => return Value::Whole(left - right),
                Self::Times => return Value::Whole(left * right),
                Self::Over => {}
            }
        }
        let (Some(left), Some(right)) = (left.number(), right.number()) else {
            return Value::Null;
        };
        Value::Real(match self {
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::Over => left / right,
        })
    }
}

impl Function {
    fn value<'a>(self, given: &'a [Node], values: &[Value<'a>]) -> Value<'a> {
        let at = |place: usize| given.get(place).map_or(Value::Null, |node| node.value(values));
        let real = |of: fn(f64) -> f64| at(0).number().map_or(Value::Null, |number| Value::Real(of(number)));
        let whole = |of: fn(i128, i128) -> i128| match (at(0), at(1)) {
            (Value::Whole(a), Value::Whole(b)) => Value::Whole(of(a, b)),
            _ => Value::Null,
        };
        let outermost = |outer: Ordering| {
            let (a, b) = (at(0), at(1));
            match a.compared(b) {
                None => Value::Null,
                Some(order) if order == outer => a,
                Some(_) => b,
            }
        };
        match self {
            Self::If | Self::MultiIf => {
                let mut pairs = given.chunks_exact(2);
                let found = pairs.by_ref().find(|pair| pair[0].value(values).truth() == Some(true));
                let chosen = found.map(|pair| &pair[1]).or_else(|| given.last());
                chosen.map_or(Value::Null, |node| node.value(values))
            }
            Self::Coalesce => {
                let mut known = given.iter().map(|node| node.value(values));
                known.find(|value| *value != Value::Null).unwrap_or(Value::Null)
            }
            Self::IsNull => Value::Whole((at(0) == Value::Null).into()),
            Self::IsNotNull => Value::Whole((at(0) != Value::Null).into()),
            // What ClickHouse leaves open where it is null; texts ask for it only where it is not.
            Self::AssumeNotNull => match at(0) {
                Value::Null => Value::Whole(0),
                known => known,
            },
            Self::ToWhole => match at(0) {
                Value::Real(number) => Value::Whole(number as i128),
                value => value,
            },
            Self::BitAnd => whole(|a, b| a & b),
            Self::IntDiv => whole(|a, b| a.checked_div(b).unwrap_or_default()),
            Self::Least => outermost(Ordering::Less),
            Self::Greatest => outermost(Ordering::Greater),
            // A half goes to the even neighbour.
            Self::Round => real(f64::round_ties_even),
            Self::Log => real(f64::ln),
            Self::Log1p => real(f64::ln_1p),
        }
    }
}

/// What attempts add to sums and histograms, out of the columns that are read of them.
#[derive(Debug)]
pub struct Facts {
    /// The columns, in the order of their values.
    pub columns: Vec<&'static str>,
    derived: Vec<Node>,
    parts: Vec<Node>,
    /// Which attempts a histogram has, and their bins.
    hists: Vec<(Node, Node)>,
}

impl Facts {
    /// Of these sums and histograms, at `now_ms`, which decides what is over.
    ///
    /// # Errors
    /// When one of them is not told by an attempt's own columns.
    pub fn new(parts: &[Part], hists: &[Hist], now_ms: i64) -> Result<Self, ExpressionError> {
        if let Some(other) = parts.iter().find(|part| !Part::ALL.contains(part)) {
            return Err(unknown(format!("{other:?}")));
        }
        let mut needed: BTreeSet<&str> = parts.iter().flat_map(|part| part.columns()).copied().collect();
        needed.extend(hists.iter().flat_map(|hist| hist.columns()));
        // From the last to the first: a fact only speaks of those before it.
        for fact in DERIVED.iter().rev() {
            if needed.contains(fact.name) {
                needed.extend(fact.columns);
            }
        }
        let is_derived = |name: &str| DERIVED.iter().any(|fact| fact.name == name);
        let columns: Vec<&str> = needed.iter().copied().filter(|name| !is_derived(name)).collect();
        let mut names = columns.clone();
        let mut derived = Vec::new();
        for fact in DERIVED.iter().filter(|fact| needed.contains(fact.name)) {
            let text = fact.sql.replace("{now_ms:Int64}", &now_ms.to_string());
            derived.push(Node::parse(&text, &names)?);
            names.push(fact.name);
        }
        let parse = |text: &str| Node::parse(text, &names);
        Ok(Self {
            parts: parts.iter().map(|part| parse(part.sql())).collect::<Result<_, _>>()?,
            hists: hists
                .iter()
                .map(|hist| Ok((parse(hist.condition())?, parse(&hist.bin())?)))
                .collect::<Result<_, ExpressionError>>()?,
            columns,
            derived,
        })
    }

    /// What an attempt adds to each sum, and its bin of each histogram; none where it is not of it. `values` are those of [`Self::columns`].
    #[must_use]
    pub fn told<'a>(&'a self, mut values: Vec<Value<'a>>) -> Told {
        for fact in &self.derived {
            values.push(fact.value(&values));
        }
        let sums = self.parts.iter();
        let bins = self.hists.iter().map(|(condition, bin)| {
            let is_of_it = condition.value(&values).truth() == Some(true);
            is_of_it
                .then(|| bin.value(&values).number())
                .flatten()
                .map(|bin| bin as u16)
        });
        Told {
            sums: sums.map(|part| part.value(&values).whole()).collect(),
            bins: bins.collect(),
        }
    }
}

/// What one attempt adds.
#[derive(Debug, PartialEq)]
pub struct Told {
    /// To each sum. All are sums of whole numbers.
    pub sums: Vec<i128>,
    /// Its bin of each histogram.
    pub bins: Vec<Option<u16>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(text: &str) -> String {
        let names = ["number", "nothing", "name"];
        let values = [Value::Whole(7), Value::Null, Value::Text("network")];
        format!("{:?}", Node::parse(text, &names).unwrap().value(&values))
    }

    #[test]
    fn numbers_and_null_are_those_of_clickhouse() {
        for (text, expected) in [
            ("number + 2 * 3", "Whole(13)"),
            ("(number + 2) * 3 - 30", "Whole(-3)"),
            ("number / 2", "Real(3.5)"),
            ("intDiv(number, 2)", "Whole(3)"),
            ("number + nothing", "Null"),
            ("number > nothing", "Null"),
            ("coalesce(nothing, number) >= 7", "Whole(1)"),
            ("NOT number = 7 OR name = 'network'", "Whole(1)"),
            ("nothing > 1 AND number = 8", "Whole(0)"),
            ("nothing > 1 OR number = 7", "Whole(1)"),
            ("nothing > 1 AND number = 7", "Null"),
            ("name NOT IN ('', 'business')", "Whole(1)"),
            ("name IN ('network', 'business') AND name != ''", "Whole(1)"),
            ("if(nothing > 1, 1, 2)", "Whole(2)"),
            ("multiIf(number <= 1, 10, number <= 7, 20, 30)", "Whole(20)"),
            ("multiIf(number <= 1, 10, number <= 2, 20, 30)", "Whole(30)"),
            ("if(isNull(nothing), NULL, 1)", "Null"),
            ("isNotNull(number) + isNotNull(nothing)", "Whole(1)"),
            ("toUInt64(round(number / 2))", "Whole(4)"),
            ("round(2.5)", "Real(2.0)"),
            ("bitAnd(21474836485, 4294967295)", "Whole(5)"),
            ("least(3, floor(log1p(number) / log(1.02)))", "Whole(3)"),
            ("greatest(3, number)", "Whole(7)"),
            ("assumeNotNull(number)", "Whole(7)"),
        ] {
            assert_eq!(value_of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_here_is_refused() {
        for text in [
            "other + 1",
            "sipHash64(name)",
            "number + ",
            "number % 2",
            "name LIKE 'a'",
        ] {
            assert!(Node::parse(text, &["number", "name"]).is_err(), "{text}");
        }
        assert!(Facts::new(&[Part::VmafMs], &[], 0).is_err());
    }

    #[test]
    fn every_sum_and_histogram_of_an_attempt_is_understood() {
        let facts = Facts::new(Part::ALL, Hist::ALL, 1_000_000).unwrap();
        assert_eq!(
            (facts.parts.len(), facts.hists.len()),
            (Part::ALL.len(), Hist::ALL.len())
        );
    }

    #[test]
    fn an_attempt_is_over_when_nothing_came_for_five_minutes() {
        let told = |last_received_ms: i128| {
            let facts = Facts::new(&[Part::Exited], &[Hist::StallSession], 1_000_000).unwrap();
            let values = facts.columns.iter().map(|column| match *column {
                "last_received_ms" => Value::Whole(last_received_ms),
                "startup_wait_ms" => Value::Whole(1_500),
                "end_reason" | "failure_class" => Value::Text(""),
                "stall_ms" | "first_frame_seen" => Value::Whole(0),
                other => panic!("{other}"),
            });
            facts.told(values.collect())
        };
        let expected = |exited: i128| Told {
            sums: vec![exited],
            bins: vec![None],
        };
        assert_eq!(told(699_999), expected(1));
        assert_eq!(told(700_000), expected(0));
    }
}
