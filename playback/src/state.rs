//! Which state may follow which. The states themselves are CMCD's and live in `schemas`.

use schemas::State;

/// Whether `to` may follow `from`. A state never follows itself, nothing follows a terminal state, and an attempt is never preloading.
#[must_use]
pub fn may_follow(from: State, to: State) -> bool {
    use State::{Ended, Fatal, Paused, Playing, Preloading, Quit, Rebuffering, Seeking, Starting, Waiting};
    match (from, to) {
        _ if from == to || from.is_terminal() || to == Preloading => false,
        (_, Ended | Fatal | Quit) => true,
        (Starting, next) => matches!(next, Playing | Paused | Rebuffering | Waiting),
        // A stall or a seek needs a frame before it; without one, wanting to play is starting.
        (Waiting, next) => matches!(next, Starting | Playing | Paused | Rebuffering | Seeking),
        (Paused, next) => matches!(next, Starting | Waiting | Seeking | Rebuffering | Playing),
        (Playing, next) => matches!(next, Rebuffering | Seeking | Paused | Waiting),
        (Seeking, next) => matches!(next, Playing | Paused | Waiting | Rebuffering),
        (Rebuffering, next) => matches!(next, Playing | Seeking | Paused | Waiting),
        (Preloading | Ended | Fatal | Quit, _) => false,
    }
}

/// Place of a state in a table of times per state.
#[must_use]
pub(crate) fn index(state: State) -> usize {
    match state {
        State::Starting => 0,
        State::Playing => 1,
        State::Seeking => 2,
        State::Rebuffering => 3,
        State::Paused => 4,
        State::Waiting => 5,
        State::Ended => 6,
        State::Fatal => 7,
        State::Quit => 8,
        State::Preloading => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_the_end() {
        for end in [State::Ended, State::Fatal, State::Quit] {
            for next in [
                State::Starting,
                State::Playing,
                State::Paused,
                State::Ended,
                State::Quit,
            ] {
                assert!(!may_follow(end, next), "{end:?} -> {next:?}");
            }
        }
    }

    #[test]
    fn a_seek_does_not_come_out_of_startup() {
        assert!(!may_follow(State::Starting, State::Seeking));
    }
}
