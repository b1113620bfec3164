//! When did the picture come? One question: from intent to the first frame, of anything and of content.
//!
//! A frame callback says it exactly. Where there is none (old browser, hidden page, audio only) the first advance of the
//! playhead says it, dated back to the tick at which the advance was first seen.

use schemas::{DurationMs, FirstFrameMethod};

/// Where a frame callback was promised but the playhead runs without one, this much media time is waited for it: 1,000 ms.
/// Long enough for a callback delayed by a busy main thread; the advance it then stands for is dated back, so nothing is lost.
pub const FRAME_CALLBACK_PATIENCE_MS: u32 = 1_000;

/// The watch over the first frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Startup {
    /// A frame of anything was rendered.
    pub any_seen: bool,
    /// A frame of content was rendered.
    pub content_seen: bool,
    /// Where the playhead stood before it moved, and when it was first seen to move.
    anchor_position_ms: Option<u32>,
    first_advance_elapsed_ms: Option<DurationMs>,
    /// The player asked for data and has not said since that it plays.
    pub starved: bool,
}

impl Startup {
    /// Looks at a sample taken while wanting to play and before the first frame. Returns the elapsed time of the first
    /// advance once it is to be believed.
    pub fn advance(&mut self, elapsed_ms: DurationMs, position_ms: u32, patient: bool) -> Option<DurationMs> {
        let anchor = *self.anchor_position_ms.get_or_insert(position_ms);
        if position_ms < anchor {
            self.anchor_position_ms = Some(position_ms);
            self.first_advance_elapsed_ms = None;
            return None;
        }
        let advance_ms = position_ms - anchor;
        if advance_ms == 0 {
            return None;
        }
        let first = *self.first_advance_elapsed_ms.get_or_insert(elapsed_ms);
        (!patient || advance_ms >= FRAME_CALLBACK_PATIENCE_MS).then_some(first)
    }

    /// Forgets where the playhead stood: it was moved, not played.
    pub fn moved(&mut self) {
        self.anchor_position_ms = None;
        self.first_advance_elapsed_ms = None;
    }
}

/// Whether the first advance must wait for a frame callback that may still come.
pub(crate) fn awaits_callback(method: FirstFrameMethod, hidden: bool) -> bool {
    method == FirstFrameMethod::FrameCallback && !hidden
}
