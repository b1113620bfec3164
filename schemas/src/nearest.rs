//! The nearest right name for a wrong one, for error messages.

/// A name longer than this is like nothing, three times as long as our longest. Comparing takes as long as both lengths multiplied, and a
/// name is a stranger's: one of a megabyte, a kilobyte when compressed, would keep a core busy for more than a second.
const NAME_BYTES_MAX: usize = 128;

/// The candidate most like `name`, when one is near enough to be worth suggesting.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{NAME_BYTES_MAX, nearest};

    #[test]
    fn a_typing_error_finds_its_name() {
        let names = ["rebuffer_ratio", "attempts", "plays"];
        assert_eq!(nearest("rebufer_ratio", names), Some("rebuffer_ratio"));
        assert_eq!(nearest("Attempt", names), Some("attempts"));
        assert_eq!(nearest("zzzz", names), None);
    }

    #[test]
    fn an_endless_name_is_not_compared() {
        let long = |bytes: usize| format!("attempts{}", "s".repeat(bytes - 8));
        let known = long(NAME_BYTES_MAX - 1);
        assert_eq!(nearest(&long(NAME_BYTES_MAX), [&*known]), Some(&*known));
        assert_eq!(nearest(&long(NAME_BYTES_MAX + 1), [&*known]), None);
    }
}
