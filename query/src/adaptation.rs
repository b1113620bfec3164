//! How a player adapted to its line, read from the timeline of one attempt.
//!
//! Pure. What a rendition was is what a viewer saw: switches are those on the screen, not those that a player decided on.

use schemas::ObjectType;

use crate::response::{Adaptation, RenditionSpan, RenditionUse, RequestSpan, ThroughputPoint, Timeline};

/// A switch back within 30 s is an oscillation: the buffer of one is hardly longer.
const OSCILLATION_MS: u32 = 30_000;
/// A stall that begins within 10 s after a switch up is told: that long the new rendition's first segments take.
const AFTER_SWITCH_MS: u32 = 10_000;
/// CMCD `sta` of playing.
const PLAYING: char = 'p';

/// What makes renditions one: their bitrate, their height where there is none, and the width.
type Rung = (Option<u32>, Option<u32>, Option<u32>);

fn rung(span: &RenditionSpan) -> Rung {
    (span.bitrate_bps, span.height, span.width)
}

/// What the timeline tells of adaptation.
#[must_use]
pub fn adaptation(timeline: &Timeline) -> Adaptation {
    let spans = &timeline.renditions;
    let renditions = uses(timeline);
    let highest = renditions
        .last()
        .map(|rendition| (rendition.bitrate_bps, rendition.height, rendition.width));
    let mut adaptation = Adaptation {
        highest_at_ms: spans
            .iter()
            .find(|span| Some(rung(span)) == highest)
            .map(|span| span.from_ms),
        renditions,
        ..Adaptation::default()
    };
    let switches: Vec<&[RenditionSpan]> = spans
        .windows(2)
        .filter(|pair| rung(&pair[0]) != rung(&pair[1]))
        .collect();
    let mut ups = Vec::new();
    for switch in &switches {
        if rung(&switch[1]) > rung(&switch[0]) {
            adaptation.switch_up_count += 1;
            ups.push(switch[1].from_ms);
        } else {
            adaptation.switch_down_count += 1;
        }
    }
    let goes_back = |pair: &&[&[RenditionSpan]]| {
        rung(&pair[0][0]) == rung(&pair[1][1]) && pair[1][1].from_ms - pair[0][1].from_ms <= OSCILLATION_MS
    };
    adaptation.oscillation_count = count(switches.windows(2).filter(goes_back));
    let is_after_up = |from_ms: u32| {
        ups.iter()
            .any(|up| (*up..=up.saturating_add(AFTER_SWITCH_MS)).contains(&from_ms))
    };
    adaptation.stalls_after_switch_up_count = count(timeline.stalls.iter().filter(|stall| is_after_up(stall.from_ms)));
    adaptation.throughput = timeline
        .requests
        .iter()
        .filter_map(|request| point(request, spans))
        .collect();
    adaptation.throughput_median_bps = median(adaptation.throughput.iter().map(|point| point.throughput_bps));
    adaptation.bitrate_to_throughput_median = median(
        adaptation
            .throughput
            .iter()
            .filter_map(|point| Some(f64::from(point.bitrate_bps?) / point.throughput_bps)),
    );
    adaptation
}

/// Each rendition once, the lowest first.
fn uses(timeline: &Timeline) -> Vec<RenditionUse> {
    let mut uses: Vec<RenditionUse> = Vec::new();
    let mut before = None;
    for span in &timeline.renditions {
        let play_ms: u32 = timeline
            .states
            .iter()
            .filter(|state| state.state == Some(PLAYING))
            .map(|state| {
                state
                    .to_ms
                    .min(span.to_ms)
                    .saturating_sub(state.from_ms.max(span.from_ms))
            })
            .sum();
        let chosen = u32::from(before != Some(rung(span)));
        before = Some(rung(span));
        let known = uses
            .iter_mut()
            .find(|known| (known.bitrate_bps, known.height, known.width) == rung(span));
        match known {
            Some(known) => {
                known.play_ms += play_ms;
                known.chosen_count += chosen;
            }
            None => uses.push(RenditionUse {
                bitrate_bps: span.bitrate_bps,
                width: span.width,
                height: span.height,
                play_ms,
                share: None,
                chosen_count: chosen,
            }),
        }
    }
    let played: u32 = uses.iter().map(|rendition| rendition.play_ms).sum();
    for rendition in &mut uses {
        rendition.share = (played > 0).then(|| f64::from(rendition.play_ms) / f64::from(played));
    }
    uses.sort_by_key(|rendition| (rendition.bitrate_bps, rendition.height, rendition.width));
    uses
}

/// What the line gave a request for media. As the collector counts: what took no time came from a cache.
fn point(request: &RequestSpan, spans: &[RenditionSpan]) -> Option<ThroughputPoint> {
    let is_media = matches!(
        request.object_type,
        Some(ObjectType::Video | ObjectType::Audio | ObjectType::Muxed)
    );
    if !is_media || request.bytes == 0 || request.duration_ms == 0 {
        return None;
    }
    let shown = spans
        .iter()
        .find(|span| (span.from_ms..span.to_ms).contains(&request.to_ms));
    Some(ThroughputPoint {
        at_ms: request.to_ms,
        throughput_bps: f64::from(request.bytes) * 8_000.0 / f64::from(request.duration_ms),
        bitrate_bps: shown.and_then(|span| span.bitrate_bps),
    })
}

fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// The middle value, or the mean of the two.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let high = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(high);
    }
    Some((values[middle - 1] + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::{StallSpan, StateSpan};

    fn shown(from_ms: u32, to_ms: u32, bitrate_bps: u32) -> RenditionSpan {
        RenditionSpan {
            from_ms,
            to_ms,
            bitrate_bps: Some(bitrate_bps),
            width: None,
            height: Some(bitrate_bps / 2_000),
        }
    }

    fn state(from_ms: u32, to_ms: u32, state: char) -> StateSpan {
        StateSpan {
            from_ms,
            to_ms,
            state: Some(state),
        }
    }

    fn request(to_ms: u32, bytes: u32, duration_ms: u32, object_type: ObjectType) -> RequestSpan {
        RequestSpan {
            from_ms: to_ms - duration_ms,
            to_ms,
            bytes,
            ttfb_ms: None,
            duration_ms,
            object_type: Some(object_type),
            host: None,
        }
    }

    #[test]
    fn time_is_played_time_and_a_switch_back_soon_is_an_oscillation() {
        let timeline = Timeline {
            states: vec![
                state(0, 1_000, 's'),
                state(1_000, 20_000, 'p'),
                state(20_000, 22_000, 'r'),
                state(22_000, 60_000, 'p'),
            ],
            renditions: vec![
                shown(1_000, 10_000, 800_000),
                shown(10_000, 25_000, 2_400_000),
                shown(25_000, 58_000, 800_000),
                shown(58_000, 60_000, 2_400_000),
            ],
            stalls: vec![StallSpan {
                from_ms: 20_000,
                to_ms: 22_000,
                stall_ms: 2_000,
                cause: schemas::StallCause::Network,
            }],
            ..Timeline::default()
        };
        let told = adaptation(&timeline);
        let used: Vec<(Option<u32>, u32, u32)> = told
            .renditions
            .iter()
            .map(|rendition| (rendition.bitrate_bps, rendition.play_ms, rendition.chosen_count))
            .collect();
        assert_eq!(used, [(Some(800_000), 42_000, 2), (Some(2_400_000), 15_000, 2)]);
        assert_eq!(told.renditions[0].share, Some(42.0 / 57.0));
        assert_eq!((told.switch_up_count, told.switch_down_count), (2, 1));
        // 800 → 2400 at 10 s and back at 25 s is one; back up at 58 s came 33 s later.
        assert_eq!(told.oscillation_count, 1);
        assert_eq!(told.highest_at_ms, Some(10_000));
        // The stall at 20 s begins 10 s after the switch up.
        assert_eq!(told.stalls_after_switch_up_count, 1);
    }

    #[test]
    fn throughput_is_of_media_that_came_over_the_line() {
        let timeline = Timeline {
            renditions: vec![shown(1_000, 9_000, 2_000_000)],
            requests: vec![
                request(500, 250_000, 400, ObjectType::Video),
                request(2_000, 250_000, 500, ObjectType::Video),
                request(3_000, 500_000, 1_000, ObjectType::Muxed),
                request(4_000, 250_000, 0, ObjectType::Video),
                request(5_000, 250_000, 100, ObjectType::Manifest),
            ],
            ..Timeline::default()
        };
        let told = adaptation(&timeline);
        let points: Vec<(u32, f64, Option<u32>)> = told
            .throughput
            .iter()
            .map(|point| (point.at_ms, point.throughput_bps, point.bitrate_bps))
            .collect();
        assert_eq!(
            points,
            [
                (500, 5e6, None),
                (2_000, 4e6, Some(2_000_000)),
                (3_000, 4e6, Some(2_000_000))
            ]
        );
        assert_eq!(told.throughput_median_bps, Some(4e6));
        assert_eq!(told.bitrate_to_throughput_median, Some(0.5));
    }

    #[test]
    fn nothing_is_known_of_an_attempt_without_a_picture() {
        assert_eq!(adaptation(&Timeline::default()), Adaptation::default());
        assert_eq!(median([1.0, 4.0].into_iter()), Some(2.5));
    }
}
