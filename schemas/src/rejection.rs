//! Every reason to turn a beacon away. The beacon is wrong, not we: data, counted, never an `Error`.

use serde::{Deserialize, Serialize};

macro_rules! rejections {
    ($( $(#[doc = $doc:literal])* $variant:ident = $code:literal, )*) => {
        /// Why a beacon was not stored. Codes are for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Rejection { $( $(#[doc = $doc])* #[serde(rename = $code)] $variant, )* }

        impl Rejection {
            /// Every reason, in the order of the checks.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The reason's stable code, as it stands in answers and metrics.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What it means and what the sender should do.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*)),* }
            }
        }
    };
}

rejections! {
    /// The beacon is no JSON object of the beacon's shape: a field is missing or has the wrong type.
    Malformed = "malformed",
    /// `sequence` is above the limit.
    SequenceTooHigh = "sequence_too_high",
    /// A number is beyond what can be true: a duration over 48 h, a bit rate over 1 Gbit/s.
    NumberOutOfRange = "number_out_of_range",
    /// `interval.to_ms` lies before `interval.from_ms`, or an event outside both.
    IntervalReversed = "interval_reversed",
    /// The totals claim more time than has passed since intent.
    TotalsExceedElapsed = "totals_exceed_elapsed",
    /// The attempt would have begun in the future, or more than 48 h before the batch was sent.
    StartImplausible = "start_implausible",
    /// Too many events, renditions or custom dimensions.
    TooManyItems = "too_many_items",
    /// A text is longer than its limit.
    TextTooLong = "text_too_long",
}
