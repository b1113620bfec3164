//! One attempt's beacons, put together into what happened when.
//!
//! Pure. Beacons come in order of their sequence, each once; some may be missing, and then the time they covered has no
//! state. All times are ms after intent, monotonic.

use schemas::{Event, EventKind, State};

use crate::response::{
    BufferPoint, ErrorPoint, RenditionSpan, RequestSpan, SeekSpan, StallSpan, StateSpan, SuspensionPoint, Timeline,
    VisibilityPoint,
};

/// Most missing numbers that are listed.
pub const MISSING_MAX: usize = 1_000;

/// What a timeline needs of one beacon.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Begin of its interval.
    pub from_ms: u32,
    /// End of its interval.
    pub to_ms: u32,
    /// State at the begin.
    pub state: State,
    /// What happened; events of one kind oldest first.
    pub events: Vec<Event>,
    /// Events it had no room for.
    pub events_dropped: u32,
}

/// The timeline of one attempt.
#[must_use]
pub fn timeline(pieces: &[Piece]) -> Timeline {
    let mut timeline = Timeline::default();
    let mut end = 0;
    for piece in pieces {
        if piece.from_ms > end {
            push_state(&mut timeline.states, end, piece.from_ms, None);
        }
        let mut state = piece.state;
        let mut at = piece.from_ms.max(end);
        for event in &piece.events {
            if let EventKind::State { state: next } = event.kind {
                let change = event.at_ms.clamp(at, piece.to_ms.max(at));
                push_state(&mut timeline.states, at, change, Some(state));
                (state, at) = (next, change);
            }
            push_event(&mut timeline, event);
        }
        push_state(&mut timeline.states, at, piece.to_ms, Some(state));
        end = end.max(piece.to_ms);
        timeline.events_dropped += u64::from(piece.events_dropped);
    }
    timeline.end_ms = end;
    let starts: Vec<u32> = timeline
        .renditions
        .iter()
        .skip(1)
        .map(|rendition| rendition.from_ms)
        .collect();
    for (index, rendition) in timeline.renditions.iter_mut().enumerate() {
        rendition.to_ms = starts.get(index).copied().unwrap_or(end).max(rendition.from_ms);
    }
    timeline
}

/// Numbers up to `last` that did not arrive; `arrived` is in order.
#[must_use]
pub fn missing(arrived: &[u32], last: u32) -> Vec<u32> {
    let mut arrived = arrived.iter().copied().peekable();
    (0..=last)
        .filter(|number| arrived.next_if_eq(number).is_none())
        .take(MISSING_MAX)
        .collect()
}

fn push_state(states: &mut Vec<StateSpan>, from_ms: u32, to_ms: u32, state: Option<State>) {
    if to_ms <= from_ms {
        return;
    }
    let state = state.map(State::letter);
    match states.last_mut() {
        Some(last) if last.state == state && last.to_ms == from_ms => last.to_ms = to_ms,
        _ => states.push(StateSpan { from_ms, to_ms, state }),
    }
}

fn push_event(timeline: &mut Timeline, event: &Event) {
    let at_ms = event.at_ms;
    match &event.kind {
        EventKind::State { .. } => {}
        EventKind::FirstFrame { .. } => timeline.first_frame_ms = timeline.first_frame_ms.or(Some(at_ms)),
        EventKind::Stall { stall_ms, cause } => timeline.stalls.push(StallSpan {
            from_ms: at_ms.saturating_sub(*stall_ms),
            to_ms: at_ms,
            stall_ms: *stall_ms,
            cause: *cause,
        }),
        EventKind::Seek {
            seek_ms,
            from_position_ms,
            to_position_ms,
        } => timeline.seeks.push(SeekSpan {
            from_ms: at_ms.saturating_sub(*seek_ms),
            to_ms: at_ms,
            seek_ms: *seek_ms,
            from_position_ms: *from_position_ms,
            to_position_ms: *to_position_ms,
        }),
        EventKind::Rendition {
            bitrate_bps,
            width,
            height,
        } => timeline.renditions.push(RenditionSpan {
            from_ms: at_ms,
            to_ms: at_ms,
            bitrate_bps: *bitrate_bps,
            width: *width,
            height: *height,
        }),
        EventKind::Error {
            class,
            code,
            fatal,
            repeat_count,
            message,
            context,
        } => timeline.errors.push(ErrorPoint {
            at_ms,
            class: *class,
            code: code.clone(),
            fatal: *fatal,
            repeat_count: *repeat_count,
            message: message.clone(),
            context: context.clone(),
        }),
        EventKind::Visibility { hidden } => timeline.visibility.push(VisibilityPoint { at_ms, hidden: *hidden }),
        EventKind::Request {
            bytes,
            ttfb_ms,
            duration_ms,
            object_type,
            host,
        } => timeline.requests.push(RequestSpan {
            from_ms: at_ms.saturating_sub(*duration_ms),
            to_ms: at_ms,
            bytes: *bytes,
            ttfb_ms: *ttfb_ms,
            duration_ms: *duration_ms,
            object_type: *object_type,
            host: host.clone(),
        }),
        EventKind::Buffer { buffer_ms } => timeline.buffer.push(BufferPoint {
            at_ms,
            buffer_ms: *buffer_ms,
        }),
        EventKind::Suspension { gap_ms } => timeline.suspensions.push(SuspensionPoint { at_ms, gap_ms: *gap_ms }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::StallCause;

    fn piece(from_ms: u32, to_ms: u32, state: State, events: &[(u32, EventKind)]) -> Piece {
        let events = events.iter().map(|(at_ms, kind)| Event {
            at_ms: *at_ms,
            kind: kind.clone(),
        });
        Piece {
            from_ms,
            to_ms,
            state,
            events: events.collect(),
            events_dropped: 0,
        }
    }

    fn states(timeline: &Timeline) -> String {
        let spans = timeline
            .states
            .iter()
            .map(|span| format!("{}:{}-{}", span.state.unwrap_or('?'), span.from_ms, span.to_ms));
        spans.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_missing_beacon_leaves_a_gap_without_a_state() {
        let playing = EventKind::State { state: State::Playing };
        let timeline = timeline(&[
            piece(0, 1_000, State::Starting, &[(800, playing)]),
            piece(5_000, 9_000, State::Playing, &[]),
        ]);
        assert_eq!(states(&timeline), "s:0-800 p:800-1000 ?:1000-5000 p:5000-9000");
    }

    #[test]
    fn one_state_over_two_beacons_is_one_span_and_a_stall_reaches_back() {
        let timeline = timeline(&[
            piece(0, 1_000, State::Playing, &[]),
            piece(
                1_000,
                5_000,
                State::Playing,
                &[
                    (
                        2_000,
                        EventKind::State {
                            state: State::Rebuffering,
                        },
                    ),
                    (
                        4_000,
                        EventKind::Stall {
                            stall_ms: 2_000,
                            cause: StallCause::Network,
                        },
                    ),
                    (4_000, EventKind::State { state: State::Playing }),
                ],
            ),
        ]);
        assert_eq!(states(&timeline), "p:0-2000 r:2000-4000 p:4000-5000");
        assert_eq!((timeline.stalls[0].from_ms, timeline.stalls[0].to_ms), (2_000, 4_000));
    }

    #[test]
    fn a_rendition_lasts_until_the_next_one() {
        let rendition = |bitrate_bps| EventKind::Rendition {
            bitrate_bps,
            width: None,
            height: None,
        };
        let timeline = timeline(&[piece(
            0,
            9_000,
            State::Playing,
            &[(100, rendition(Some(1))), (4_000, rendition(Some(2)))],
        )]);
        let spans: Vec<_> = timeline
            .renditions
            .iter()
            .map(|span| (span.from_ms, span.to_ms))
            .collect();
        assert_eq!(spans, [(100, 4_000), (4_000, 9_000)]);
    }

    #[test]
    fn missing_numbers_are_those_up_to_the_last_that_did_not_arrive() {
        assert_eq!(missing(&[0, 2, 5], 6), [1, 3, 4, 6]);
        assert_eq!(missing(&[], 1_000_000).len(), MISSING_MAX);
    }
}
