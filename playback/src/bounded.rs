//! Sums and differences of 32 bits that stop at their bounds.
//!
//! Functions of their own in the browser, where each use would otherwise be a comparison written out: 1 % of the module.

/// Of a number.
pub(crate) trait Bounded {
    /// The sum, or the greatest number there is.
    fn plus(self, more: Self) -> Self;
    /// The difference, or 0.
    fn minus(self, less: Self) -> Self;
}

impl Bounded for u32 {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn plus(self, more: Self) -> Self {
        self.saturating_add(more)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn minus(self, less: Self) -> Self {
        self.saturating_sub(less)
    }
}
