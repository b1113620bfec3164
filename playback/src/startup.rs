//! When did the picture come, and what was waited for? From intent to the first frame, of anything and of content.
//!
//! A frame callback says it exactly. Where there is none (old browser, hidden page, audio only) the first advance of the
//! playhead says it, dated back from the tick at which the advance was first seen by as much as it is.
//!
//! The phases tile the startup: every moment of it belongs to the one thing that was waited for, and where two were, to the first
//! in the order of [`Phase`].

use schemas::{DurationMs, FirstFrameMethod, MonotonicMs, ObjectType, Totals};

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
    waits: Vec<Wait>,
    /// The first media segments came: of video, of audio.
    video_at_ms: Option<DurationMs>,
    audio_at_ms: Option<DurationMs>,
    /// When keys were asked for; usable ones end it.
    pub drm_requested: Option<MonotonicMs>,
}

/// What a startup waits for, the first of two at once first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Ad,
    Drm,
    Manifest,
    Init,
    Video,
    Audio,
    Decode,
    Other,
}

impl Phase {
    /// What a request is a part of; `None` when nothing waits for it.
    pub fn of(object_type: ObjectType) -> Option<Self> {
        Some(match object_type {
            ObjectType::Manifest => Self::Manifest,
            ObjectType::Init => Self::Init,
            ObjectType::Video | ObjectType::Muxed => Self::Video,
            ObjectType::Audio => Self::Audio,
            ObjectType::Key => Self::Drm,
            ObjectType::Caption | ObjectType::TimedText | ObjectType::Other => return None,
        })
    }
}

/// A stretch in which something was waited for, ms after intent; open until it ends.
#[derive(Debug, Clone, Copy)]
struct Wait {
    phase: Phase,
    from_ms: DurationMs,
    to_ms: Option<DurationMs>,
}

/// More waits than this before a first frame, 64, are retries of something; the longest known stay.
const WAITS_MAX: usize = 64;

impl Startup {
    pub const NEW: Self = Self {
        any_seen: false,
        content_seen: false,
        anchor_position_ms: None,
        first_advance_elapsed_ms: None,
        starved: false,
        waits: Vec::new(),
        video_at_ms: None,
        audio_at_ms: None,
        drm_requested: None,
    };

    /// Looks at a sample taken while wanting to play and before the first frame, with the moment from which on the playhead moved as it did
    /// since the sample before. Returns that of the first advance once it is to be believed.
    pub fn advance(&mut self, since_ms: DurationMs, position_ms: u32, patient: bool) -> Option<DurationMs> {
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
        let first = *self.first_advance_elapsed_ms.get_or_insert(since_ms);
        (!patient || advance_ms >= FRAME_CALLBACK_PATIENCE_MS).then_some(first)
    }

    /// When the playhead was first seen to move, if that may still turn out to have been the first frame.
    pub fn first_advance_ms(&self) -> Option<DurationMs> {
        self.first_advance_elapsed_ms
    }

    /// Something is waited for from here on.
    pub fn wait_from(&mut self, phase: Phase, from_ms: DurationMs) {
        if !matches!(phase, Phase::Video | Phase::Audio) || self.came(phase).is_none() {
            self.keep(phase, from_ms, None);
        }
    }

    /// The oldest open wait of this kind is over.
    pub fn wait_until(&mut self, phase: Phase, to_ms: DurationMs) {
        if let Some(wait) = self
            .waits
            .iter_mut()
            .find(|wait| wait.phase == phase && wait.to_ms.is_none())
        {
            wait.to_ms = Some(to_ms.max(wait.from_ms));
        }
    }

    /// A request came to its end with an answer, and its exact times. Of the media only the first is waited for.
    pub fn fetched(&mut self, phase: Phase, from_ms: DurationMs, to_ms: DurationMs) {
        let is_media = matches!(phase, Phase::Video | Phase::Audio);
        if is_media && self.came(phase).is_some() {
            return;
        }
        if is_media {
            self.waits.retain(|wait| wait.phase != phase || wait.to_ms.is_some());
            *self.came(phase) = Some(to_ms);
        } else if let Some(open) = self
            .waits
            .iter()
            .position(|wait| wait.phase == phase && wait.to_ms.is_none())
        {
            self.waits.remove(open);
        }
        self.keep(phase, from_ms, Some(to_ms));
    }

    fn came(&mut self, phase: Phase) -> &mut Option<DurationMs> {
        match phase {
            Phase::Audio => &mut self.audio_at_ms,
            _ => &mut self.video_at_ms,
        }
    }

    fn keep(&mut self, phase: Phase, from_ms: DurationMs, to_ms: Option<DurationMs>) {
        if !self.any_seen && self.waits.len() < WAITS_MAX {
            self.waits.extend([Wait { phase, from_ms, to_ms }]);
        }
    }

    /// Media was there before the intent.
    pub fn preloaded(&mut self) {
        self.video_at_ms.get_or_insert(0);
    }

    /// Tiles the startup, which took `startup_ms`, and forgets what it was made of.
    pub fn tile(&mut self, startup_ms: DurationMs, totals: &mut Totals) {
        let waits = std::mem::take(&mut self.waits);
        let data_ms = self.video_at_ms.max(self.audio_at_ms);
        if waits.is_empty() && data_ms.is_none() {
            return;
        }
        let data_ms = data_ms.unwrap_or(DurationMs::MAX);
        let mut phases = [0; 8];
        let mut at_ms = 0;
        while at_ms < startup_ms {
            let (mut phase, mut next_ms) = match at_ms >= data_ms {
                true => (Phase::Decode, startup_ms),
                false => (Phase::Other, startup_ms.min(data_ms)),
            };
            for wait in &waits {
                let to_ms = wait.to_ms.unwrap_or(startup_ms);
                if wait.from_ms > at_ms {
                    next_ms = next_ms.min(wait.from_ms);
                } else if to_ms > at_ms {
                    next_ms = next_ms.min(to_ms);
                    phase = phase.min(wait.phase);
                }
            }
            phases[phase as usize] += next_ms - at_ms;
            at_ms = next_ms;
        }
        let [ad, drm, manifest, init, video, audio, decode, other] = phases;
        totals.startup_ad_ms = Some(ad);
        totals.startup_drm_ms = Some(drm);
        totals.startup_manifest_ms = Some(manifest);
        totals.startup_init_ms = Some(init);
        totals.startup_segment_ms = Some(video + audio);
        totals.startup_decode_ms = Some(decode);
        totals.startup_other_ms = Some(other);
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
