//! What paths and query strings say the same way everywhere: an id, names that are known, moments, a page.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use envelope::{ApiError, ErrorCode};
use serde_json::{Map, json};

use crate::request::{self, Faults, shortened};

/// The id in a path. What is no id names nothing: it is answered like an id that nothing has, by `unknown`.
pub(super) fn id_of(text: &str, unknown: ErrorCode) -> Result<uuid::Uuid, ApiError> {
    uuid::Uuid::try_parse(text).map_err(|_| ApiError::new(unknown).detail("id", "this is no UUID"))
}

/// Whose data are asked for, for the documentation. It is read by `Inner::grant`.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // documents what `Inner::grant` reads
pub struct OrganizationHeader {
    /// An organisation below the key's own, whose data are then asked for. The key's own when absent.
    #[param(rename = "X-Tenant-Org-Id")]
    organization_id: Option<uuid::Uuid>,
}

/// A query string whose names were looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters<'a> {
    pairs: &'a [(String, String)],
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// Most entries.
    pub(super) limit: usize,
    /// Entries before the first.
    pub(super) offset: usize,
    /// Of everything that was asked but the page: a cursor is good for the same list only.
    fingerprint: u64,
}

impl Page {
    /// The cursor of the page after this one.
    pub(super) fn next(&self) -> String {
        request::cursor(self.offset + self.limit, self.fingerprint)
    }
}

impl<'a> Parameters<'a> {
    /// Notes what is neither in `single` nor in `repeated`, and what is in `single` but given twice.
    pub(super) fn of(pairs: &'a [(String, String)], single: &[&str], repeated: &[&str], faults: &mut Faults) -> Self {
        for (index, (name, _)) in pairs.iter().enumerate() {
            let name = name.as_str();
            if repeated.contains(&name) {
                continue;
            }
            if !single.contains(&name) {
                let known = single.iter().chain(repeated).copied();
                faults.unknown(&shortened(name), "parameter", name, known);
            } else if pairs[..index].iter().any(|(before, _)| before == name) {
                faults.add(name, "given twice");
            }
        }
        Self { pairs }
    }

    /// What `name` is given as; the first where it is given twice.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Everything `name` is given as, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let pairs = self.pairs.iter().filter(move |(known, _)| known == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// A moment, ms since 1970-01-01T00:00:00Z.
    pub(super) fn instant(&self, name: &str, faults: &mut Faults) -> Option<i64> {
        request::parse_instant(self.text(name)?, name, faults)
    }

    /// A moment without which there is no answer.
    pub(super) fn required_instant(&self, name: &str, faults: &mut Faults) -> Option<i64> {
        if self.text(name).is_none() {
            faults.add(name, "missing");
        }
        self.instant(name, faults)
    }

    /// A whole number in `range`; `default` when absent.
    pub(super) fn whole<T>(&self, name: &str, range: RangeInclusive<T>, default: T, faults: &mut Faults) -> T
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        match self.text(name).map(str::parse) {
            None => default,
            Some(Ok(value)) if range.contains(&value) => value,
            Some(_) => {
                let (least, most) = (range.start(), range.end());
                faults.add(name, format!("expected a whole number from {least} to {most}"));
                default
            }
        }
    }

    /// `true` or `false`; false when absent.
    pub(super) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        match self.text(name) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                faults.add(name, "expected 'true' or 'false'");
                false
            }
        }
    }

    /// `limit` and `cursor` of the list called `list`.
    pub(super) fn page(&self, list: &str, default: usize, most: usize, faults: &mut Faults) -> Page {
        let limit = self.whole("limit", 1..=most, default, faults);
        let asked: Vec<&(String, String)> = self.pairs.iter().filter(|(name, _)| name != "cursor").collect();
        let fingerprint = request::fingerprint(&Map::from_iter([(list.to_owned(), json!(asked))]));
        let offset = match self.text("cursor") {
            Some(cursor) => request::parse_cursor(cursor, fingerprint, "cursor", faults),
            None => 0,
        };
        Page {
            limit,
            offset,
            fingerprint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn told(faults: &Faults) -> Vec<(&str, &str)> {
        let told = faults.0.iter().map(|fault| (fault.field.as_str(), fault.text.as_str()));
        told.collect()
    }

    #[test]
    fn a_name_that_nothing_has_is_told_with_the_nearest_one() {
        let mut faults = Faults::default();
        let given = pairs("limt=3&kind=a&kind=b&until=1&until=2");
        let parameters = Parameters::of(&given, &["limit", "until"], &["kind"], &mut faults);
        assert_eq!(
            told(&faults),
            [
                ("limt", "unknown parameter 'limt'; did you mean 'limit'?"),
                ("until", "given twice")
            ]
        );
        assert_eq!(parameters.all("kind").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(parameters.text("until"), Some("1"));
    }

    #[test]
    fn a_cursor_leads_to_the_next_page_of_the_same_list_only() {
        let read = |text: &str, list: &str| {
            let mut faults = Faults::default();
            let given = pairs(text);
            let page = Parameters { pairs: &given }.page(list, 50, 100, &mut faults);
            (page, faults.0.is_empty())
        };
        let (first, is_right) = read("kind=a&limit=20", "annotations");
        assert!(is_right);
        assert_eq!((first.limit, first.offset), (20, 0));
        let next = first.next();
        let (second, is_right) = read(&format!("kind=a&limit=20&cursor={next}"), "annotations");
        assert!(is_right);
        assert_eq!((second.limit, second.offset), (20, 20));
        assert!(!read(&format!("kind=b&limit=20&cursor={next}"), "annotations").1);
        assert!(!read(&format!("kind=a&limit=20&cursor={next}"), "exports").1);
    }

    #[test]
    fn a_number_out_of_its_range_is_told_with_the_range() {
        for wrong in ["limit=0", "limit=101", "limit=x", "limit=-1", "limit="] {
            let mut faults = Faults::default();
            let given = pairs(wrong);
            let page = Parameters { pairs: &given }.page("list", 50, 100, &mut faults);
            assert_eq!(page.limit, 50, "{wrong}");
            assert_eq!(
                told(&faults),
                [("limit", "expected a whole number from 1 to 100")],
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_id_that_is_none_is_answered_like_an_unknown_one() {
        let error = id_of("abc", ErrorCode::AlertNotFound).map_err(|error| error.code());
        assert_eq!(error, Err(ErrorCode::AlertNotFound));
        assert!(id_of("6d84e126-d10c-4e52-bbfb-bd4c92bc8333", ErrorCode::AlertNotFound).is_ok());
    }
}
