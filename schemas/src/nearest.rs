//! The nearest right name for a wrong one, for error messages.

/// The candidate most like `name`, when one is near enough to be worth suggesting.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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
    use super::nearest;

    #[test]
    fn a_typing_error_finds_its_name() {
        let names = ["rebuffer_ratio", "attempts", "plays"];
        assert_eq!(nearest("rebufer_ratio", names), Some("rebuffer_ratio"));
        assert_eq!(nearest("Attempt", names), Some("attempts"));
        assert_eq!(nearest("zzzz", names), None);
    }
}
