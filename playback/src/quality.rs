//! What did the picture look like? Bitrate by media time, upscaling by playing time, frames by deltas of restarting counters.

use schemas::{DurationMs, RenditionPlay, Totals, limits::RENDITIONS_MAX};

use crate::{bounded::Bounded, signal::Rendition};

/// The size at which the picture is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Display {
    pub width: u32,
    pub height: u32,
    pub pixel_ratio_permille: u32,
}

/// What is on the screen, and how large.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quality {
    pub rendition: Option<Rendition>,
    pub display: Option<Display>,
    /// Index into the totals' list, found once per switch instead of once per tick.
    name: String,
    frames: Option<(u32, u32)>,
    upscale_permille: Option<(u64, u64)>,
}

impl Quality {
    pub const NEW: Self = Self {
        rendition: None,
        display: None,
        name: String::new(),
        frames: None,
        upscale_permille: None,
    };

    /// Another rendition is shown. Returns whether it differs from the one before.
    pub fn show(&mut self, rendition: Rendition, rendered: bool, totals: &mut Totals) -> bool {
        let before = self.rendition.replace(rendition);
        self.name = rendition.name();
        self.measure();
        let Some(before) = before else { return true };
        if before == rendition {
            return false;
        }
        if rendered {
            let rank = |rendition: Rendition| rendition.bitrate_bps.or(rendition.bitrate_peak_bps);
            let (old, new) = match (rank(before), rank(rendition)) {
                (Some(old), Some(new)) => (old, new),
                _ => (before.height.unwrap_or(0), rendition.height.unwrap_or(0)),
            };
            if new > old {
                totals.switch_up_count += 1;
            } else if new < old {
                totals.switch_down_count += 1;
            }
        }
        true
    }

    /// The element's box changed.
    pub fn resize(&mut self, display: Display) {
        self.display = Some(display);
        self.measure();
    }

    /// Upscaling in the limiting dimension, clamped at 0: a picture shown smaller than it is has no credit.
    fn measure(&mut self) {
        self.upscale_permille = None;
        let (Some(rendition), Some(display)) = (self.rendition, self.display) else {
            return;
        };
        let (Some(width), Some(height)) = (rendition.width, rendition.height) else {
            return;
        };
        if width == 0 || height == 0 || display.width == 0 || display.height == 0 {
            return;
        }
        // The picture keeps its shape, so the smaller of the two scales is the one it is shown at.
        let scale = |pixel_ratio: u64| {
            let across = u64::from(display.width) * pixel_ratio / u64::from(width);
            let down = u64::from(display.height) * pixel_ratio / u64::from(height);
            across.min(down).saturating_sub(1_000).min(1_000_000)
        };
        self.upscale_permille = Some((scale(1_000), scale(u64::from(display.pixel_ratio_permille))));
    }

    /// Content played for `ms`.
    pub fn played(&self, ms: DurationMs, totals: &mut Totals) {
        if let Some((css, px)) = self.upscale_permille {
            totals.upscale_ms += ms;
            totals.upscale_css_permille_ms += css * u64::from(ms);
            totals.upscale_px_permille_ms += px * u64::from(ms);
        }
        if ms == 0 || !self.rendition.is_some_and(|rendition| rendition.is_known()) {
            return;
        }
        let list = &mut totals.play_ms_by_rendition;
        let index = list.iter().take_while(|play| play.rendition < self.name).count();
        // A 33rd rung's time stays in `play_ms` alone.
        if let Some(play) = list.get_mut(index).filter(|play| play.rendition == self.name) {
            play.play_ms += ms;
        } else if list.len() < RENDITIONS_MAX {
            let rendition = self.name.clone();
            list.extend([RenditionPlay { rendition, play_ms: ms }]);
            for later in (index + 1..list.len()).rev() {
                list.swap(later - 1, later);
            }
        }
    }

    /// Content advanced by `media_ms` of its own clock.
    pub fn advanced(&self, media_ms: DurationMs, totals: &mut Totals) {
        totals.media_ms += media_ms;
        let Some(rendition) = self.rendition else { return };
        if let Some(bps) = rendition.bitrate_bps {
            totals.bitrate_bps_ms += u64::from(bps) * u64::from(media_ms);
            totals.bitrate_media_ms += media_ms;
        }
        if let Some(bps) = rendition.bitrate_peak_bps {
            totals.bitrate_peak_bps_ms += u64::from(bps) * u64::from(media_ms);
            totals.bitrate_peak_media_ms += media_ms;
        }
    }

    /// Takes the player's counters. Only what came while visible and playing counts; a counter that fell has restarted from 0.
    pub fn count_frames(&mut self, decoded: u32, dropped: u32, counts: bool, totals: &mut Totals) {
        let before = self.frames.replace((decoded, dropped));
        let (decoded_before, dropped_before) = match before {
            Some((d, x)) if d <= decoded && x <= dropped => (d, x),
            Some(_) => (0, 0),
            // The first reading is a baseline: what came before the intent is not this attempt's.
            None => return,
        };
        if counts {
            let more = decoded - decoded_before;
            totals.frames_decoded = totals.frames_decoded.plus(more);
            totals.frames_dropped = totals.frames_dropped.plus((dropped - dropped_before).min(more));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendition(width: u32, height: u32) -> Rendition {
        Rendition {
            bitrate_bps: Some(1_000_000),
            bitrate_peak_bps: None,
            width: Some(width),
            height: Some(height),
        }
    }

    #[test]
    fn a_picture_shown_smaller_than_it_is_counts_as_no_upscaling() {
        let (mut quality, mut totals) = (Quality::default(), Totals::default());
        quality.show(rendition(1_920, 1_080), true, &mut totals);
        quality.resize(Display {
            width: 640,
            height: 360,
            pixel_ratio_permille: 2_000,
        });
        quality.played(100, &mut totals);
        assert_eq!(
            (
                totals.upscale_ms,
                totals.upscale_css_permille_ms,
                totals.upscale_px_permille_ms
            ),
            (100, 0, 0)
        );
    }

    #[test]
    fn upscaling_is_measured_in_the_limiting_dimension_and_with_the_pixel_ratio() {
        let (mut quality, mut totals) = (Quality::default(), Totals::default());
        quality.show(rendition(640, 360), true, &mut totals);
        quality.resize(Display {
            width: 1_280,
            height: 540,
            pixel_ratio_permille: 2_000,
        });
        quality.played(10, &mut totals);
        assert_eq!(
            (totals.upscale_css_permille_ms, totals.upscale_px_permille_ms),
            (500 * 10, 2_000 * 10)
        );
    }

    #[test]
    fn a_counter_that_fell_has_restarted() {
        let (mut quality, mut totals) = (Quality::default(), Totals::default());
        quality.count_frames(100, 5, true, &mut totals);
        quality.count_frames(130, 6, true, &mut totals);
        quality.count_frames(20, 2, true, &mut totals);
        quality.count_frames(50, 2, false, &mut totals);
        assert_eq!((totals.frames_decoded, totals.frames_dropped), (50, 3));
    }
}
