//! From a plan to SQL text. Names come from the catalogues, values are bound: nothing a caller wrote becomes text here.

pub mod cells;
pub mod compat;
pub mod dimension;
pub mod expression;
pub mod filter;
pub mod ladder;
pub mod metric;
mod rungs;
pub mod statement;

use store::Param;

/// A statement under construction: its text and the values bound so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The values, by name.
    pub params: Vec<(String, Param)>,
}

impl Sql {
    /// Binds a text and gives its place.
    pub fn text(&mut self, value: &str) -> String {
        self.place("String", value.into())
    }

    /// Binds a number and gives its place.
    pub fn float(&mut self, value: f64) -> String {
        self.place("Float64", value.into())
    }

    /// Binds a whole number and gives its place.
    pub fn integer(&mut self, value: i64) -> String {
        self.place("Int64", value.into())
    }

    /// Binds whole numbers and gives their place.
    pub fn integers(&mut self, values: Vec<i64>) -> String {
        self.place("Array(Int64)", Param::Integers(values))
    }

    /// Binds a value under a name that derived facts speak of.
    pub fn named(&mut self, name: &str, value: impl Into<Param>) {
        if !self.params.iter().any(|(known, _)| known == name) {
            self.params.push((name.to_owned(), value.into()));
        }
    }

    fn place(&mut self, kind: &str, value: Param) -> String {
        // The same value has one place, so that a text says once what it says.
        let found = self
            .params
            .iter()
            .find(|(name, known)| name.starts_with('p') && *known == value);
        let name = match found {
            Some((name, _)) => name.clone(),
            None => {
                let name = format!("p{}", self.params.len());
                self.params.push((name.clone(), value));
                name
            }
        };
        format!("{{{name}:{kind}}}")
    }
}
