//! Many cells at once: of a hundred cells without any change, five have p ≤ 0.05.
//!
//! # Formula
//! Benjamini & Hochberg (*Journal of the Royal Statistical Society B*, 1995): the `m` p-values in rising order, each times
//! `m ÷ rank`, and each then the smallest of itself and all after it. Who calls cells with an adjusted p-value of at most `q`
//! has, on average, at most a share `q` of false calls among them. It holds for independent cells and for cells that err the same
//! way (Benjamini & Yekutieli, *Annals of Statistics*, 2001), as cells of one table do that share viewers. The p-values of
//! [`crate::sequence`] may go in as well.
//!
//! # Meaning and edges
//! An adjusted p-value is a share of false calls, not a chance of one; the interval beside it is that of its cell alone. Raw and
//! adjusted are both shown. A cell without a p-value stays without, and does not count. What is one table is decided before its
//! cells are looked at.

/// Adjusted p-values in the order given.
#[must_use]
pub fn benjamini_hochberg(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(cell, p)| Some((cell, (*p)?)))
        .filter(|(_, p)| !p.is_nan())
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; p_values.len()];
    let cells = order.len() as f64;
    let mut smallest: f64 = 1.0;
    for (rank, (cell, p)) in order.iter().enumerate().rev() {
        smallest = smallest.min(p.max(0.0) * (cells / (rank + 1) as f64));
        adjusted[*cell] = Some(smallest);
    }
    adjusted
}
