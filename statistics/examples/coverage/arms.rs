//! Two arms of an experiment: read a hundred times while viewers come and come back, and adjusted by their past.

use statistics::difference::ratios;
use statistics::sequence::{self, Plan};
use statistics::{BucketHistograms, Buckets, Difference, Domain, Null, Reliability, Weights, cuped};

use crate::CONFIDENCE;
use crate::population::{Day, HEAVY, Nature, Period, QUIET, USUAL, Viewer, rng, viewers_of};
use crate::report::{ALARMS, Band, Place, Tally, share};

/// Looks at one experiment.
const LOOKS: usize = 100;

/// Quantiles are looked at every so many looks; resampling is what costs.
const QUANTILE_LOOKS: usize = 10;

/// How viewers come to an experiment.
#[derive(Clone, Copy, PartialEq)]
enum Coming {
    /// New ones only, 50 in an arm at the first look, 4,000 at the last, each look 4.5 % more.
    New,
    /// 1,000 in an arm from the first look on, who come back: 4 % of their visits at the first look, eight times them at the last.
    Same,
    /// 50 more in an arm at each look, and all of them come back.
    Both,
    /// 4,000 in an arm at the first look, 30,000 at the last: as many as a p95 needs to be judged at all.
    Many,
}

struct Setting {
    title: &'static str,
    coming: Coming,
    nature: Nature,
    /// Size of the control as a multiple of the treatment's.
    control: f64,
    /// What the treatment does to startup and stalls.
    worse: f64,
}

const SETTINGS: [Setting; 7] = [
    Setting {
        title: "new viewers",
        coming: Coming::New,
        nature: USUAL,
        control: 1.0,
        worse: 1.0,
    },
    Setting {
        title: "new viewers, heavy tails",
        coming: Coming::New,
        nature: HEAVY,
        control: 1.0,
        worse: 1.0,
    },
    Setting {
        title: "new viewers, a tenth of them in one arm",
        coming: Coming::New,
        nature: USUAL,
        control: 9.0,
        worse: 1.0,
    },
    Setting {
        title: "1,000 viewers who come back",
        coming: Coming::Same,
        nature: USUAL,
        control: 1.0,
        worse: 1.0,
    },
    Setting {
        title: "new viewers who come back",
        coming: Coming::Both,
        nature: USUAL,
        control: 1.0,
        worse: 1.0,
    },
    Setting {
        title: "many new viewers",
        coming: Coming::Many,
        nature: USUAL,
        control: 1.0,
        worse: 1.0,
    },
    Setting {
        title: "new viewers, startup and stalls 20 % longer",
        coming: Coming::New,
        nature: USUAL,
        control: 1.0,
        worse: 1.2,
    },
];

/// One arm as it grows.
struct Growing {
    audience: Vec<Viewer>,
    before: Period,
    returning: Period,
    new: Period,
    size: f64,
    worse: f64,
}

impl Growing {
    fn new(size: f64, worse: f64) -> Self {
        Self {
            audience: Vec::new(),
            before: Period::default(),
            returning: Period::default(),
            new: Period::default(),
            size,
            worse,
        }
    }

    /// Seven viewers in ten have been there before the experiment; who of them had no attempt then is as good as new.
    fn come(&mut self, viewers: &[Viewer], volume: f64, rng: &mut impl rand::Rng) {
        let day = Day {
            worse: self.worse,
            volume,
        };
        for (index, viewer) in viewers.iter().enumerate() {
            let one = std::slice::from_ref(viewer);
            let known = index % 10 < 7 && self.before.go_on(one, QUIET, false, rng) > 0;
            let period = if known { &mut self.returning } else { &mut self.new };
            period.go_on(one, day, false, rng);
        }
    }

    fn come_back(&mut self, volume: f64, rng: &mut impl rand::Rng) {
        let day = Day {
            worse: self.worse,
            volume,
        };
        self.new.go_on(&self.audience, day, false, rng);
    }

    /// From one look to the next.
    fn step(&mut self, look: usize, setting: &Setting, rng: &mut impl rand::Rng) {
        let grown = |first: f64, last: f64, look: usize| first * (last / first).powf(look as f64 / (LOOKS - 1) as f64);
        let between = |first, last| match look {
            0 => grown(first, last, 0),
            _ => grown(first, last, look) - grown(first, last, look - 1),
        };
        let mut arrive = |count: f64| viewers_of(setting.nature, (count * self.size).round() as usize, rng);
        match setting.coming {
            Coming::New => {
                let come = arrive(between(50.0, 4_000.0));
                self.come(&come, 1.0, rng);
            }
            Coming::Many => {
                let come = arrive(between(4_000.0, 30_000.0));
                self.new.go_on(&come, QUIET, false, rng);
            }
            Coming::Same => {
                if look == 0 {
                    self.audience = arrive(1_000.0);
                }
                self.come_back(between(0.04, 8.0), rng);
            }
            Coming::Both => {
                let come = arrive(50.0);
                self.audience.extend(come);
                self.come_back(0.02, rng);
            }
        }
    }

    fn arm(&self, of: fn(&Period) -> &Buckets) -> cuped::Arm {
        cuped::Arm {
            returning: of(&self.returning).clone(),
            before: of(&self.before).clone(),
            new: of(&self.new).clone(),
        }
    }

    fn startup(&self) -> BucketHistograms {
        let mut startup = self.returning.startup.clone();
        startup.merge(&self.new.startup);
        startup
    }
}

/// Whether a comparison was ever called, of all looks of one experiment.
#[derive(Clone, Copy, Default)]
struct Ever {
    fixed: bool,
    sequence: bool,
    adjusted: bool,
}

impl Ever {
    fn look(&mut self, fixed: &Difference, sequence: &Difference) {
        self.fixed |= is_called(fixed);
        self.sequence |= is_called(sequence);
    }
}

/// As a verdict would: never from too little data.
fn is_called(difference: &Difference) -> bool {
    difference.reliability != Reliability::Insufficient && difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE)
}

/// A metric, where its sums are, and where it can lie. Totals are per attempt.
type Metric = (&'static str, fn(&Period) -> &Buckets, Domain, bool);

const METRICS: [Metric; 5] = [
    ("rebuffer_ratio", |period| &period.rebuffer, Domain::Share, false),
    ("start_failure", |period| &period.failure, Domain::Share, false),
    (
        "startup_any_ms_mean",
        |period| &period.startup_mean,
        Domain::NonNegative,
        false,
    ),
    ("bitrate_avg_bps", |period| &period.bitrate, Domain::NonNegative, false),
    ("play_ms per attempt", |period| &period.play, Domain::NonNegative, true),
];

fn per_attempt(arm: cuped::Arm) -> cuped::Arm {
    cuped::Arm {
        returning: arm.returning.per_attempt(),
        before: arm.before.per_attempt(),
        new: arm.new.per_attempt(),
    }
}

pub fn sequences(trials: u32) -> Result<(), Null> {
    let weights = Weights::draw(100, &mut rng(1));
    for setting in &SETTINGS {
        one_setting(setting, trials, &weights)?;
    }
    Ok(())
}

fn one_setting(setting: &Setting, trials: u32, weights: &Weights) -> Result<(), Null> {
    let mut rng = rng(15);
    let (metrics, probabilities): (&[Metric], &[(&str, f64)]) = match setting.coming {
        Coming::Many => (&[], &[("startup_any_ms_p50", 0.5), ("startup_any_ms_p95", 0.95)]),
        _ => (&METRICS, &[("startup_any_ms_p50", 0.5)]),
    };
    let mut tallies = vec![[Tally::default(); 3]; metrics.len() + probabilities.len()];
    let plan = Plan::default();
    for _ in 0..trials {
        let (mut treatment, mut control) = (Growing::new(1.0, setting.worse), Growing::new(setting.control, 1.0));
        let mut ever = vec![Ever::default(); tallies.len()];
        for look in 0..LOOKS {
            treatment.step(look, setting, &mut rng);
            control.step(look, setting, &mut rng);
            for ((_, of, domain, total), ever) in metrics.iter().zip(&mut ever) {
                let (mut t, mut c) = (treatment.arm(*of), control.arm(*of));
                if *total {
                    (t, c) = (per_attempt(t), per_attempt(c));
                }
                let (whole_t, whole_c) = (t.whole(), c.whole());
                let Ok(fixed) = ratios(&whole_t, &whole_c, *domain, statistics::Pairing::Unpaired, CONFIDENCE) else {
                    continue;
                };
                let anytime = sequence::ratios(&whole_t, &whole_c, *domain, plan, CONFIDENCE)?;
                ever.look(&fixed, &anytime.difference);
                if setting.coming == Coming::New {
                    let (adjusted, _) = cuped::anytime(&t, &c, *domain, plan, CONFIDENCE)?;
                    ever.adjusted |= is_called(&adjusted.difference);
                }
            }
            if look % QUANTILE_LOOKS == QUANTILE_LOOKS - 1 {
                let (t, c) = (treatment.startup(), control.startup());
                for ((_, probability), ever) in probabilities.iter().zip(&mut ever[metrics.len()..]) {
                    let anytime = sequence::quantiles(&t, &c, *probability, weights, plan, CONFIDENCE)?.difference;
                    // The same standard error, without resampling once more.
                    let fixed = Difference::symmetric(
                        anytime.current,
                        anytime.reference,
                        anytime.standard_error,
                        anytime.degrees,
                        CONFIDENCE,
                        anytime.reliability,
                    );
                    ever.look(&fixed, &anytime);
                }
            }
        }
        for (tallies, ever) in tallies.iter_mut().zip(ever) {
            for (tally, called) in tallies.iter_mut().zip([ever.sequence, ever.adjusted, ever.fixed]) {
                tally.note(called, Reliability::Reliable);
            }
        }
    }
    let names = metrics
        .iter()
        .map(|metric| metric.0)
        .chain(probabilities.iter().map(|quantile| quantile.0));
    let equal = setting.worse == 1.0;
    for (index, (name, tallies)) in names.zip(tallies).enumerate() {
        let table = if equal {
            "Experiments without a difference that are called at any of 100 looks"
        } else {
            "Experiments with a difference that are called at any of 100 looks"
        };
        let row = format!("`{name}`, {}", setting.title);
        // A worsening of startup by 20 % is seven standard errors at the last look; failures and bitrate have none.
        let band = match (equal, name) {
            (true, _) => Band::at_most(1.0 - CONFIDENCE),
            (false, name) if name.starts_with("startup_any_ms_mean") => Band::at_least(0.8),
            (false, name) if name.starts_with("start_failure") || name.starts_with("bitrate") => {
                Band::at_most(1.0 - CONFIDENCE)
            }
            (false, _) => Band::none(),
        };
        let sequence = tallies[0].share();
        let put = |column, value, reference, band| {
            let place = Place {
                table,
                row: &row,
                column,
            };
            share(&place, value, reference, band, true);
        };
        put("confidence sequence", sequence, 1.0 - CONFIDENCE, band);
        if setting.coming == Coming::New && index < metrics.len() {
            put(
                "confidence sequence with CUPED",
                tallies[1].share(),
                1.0 - CONFIDENCE,
                band,
            );
        }
        put("interval for one look", tallies[2].share(), sequence, Band::none());
    }
    Ok(())
}

/// One reading of 2,000 viewers in each arm, with and without their past.
pub fn cuped(trials: u32) -> Result<(), Null> {
    let mut rng = rng(16);
    let mut tallies = [[Tally::default(); 2]; METRICS.len()];
    // Sums of the squared difference (its truth is 0), adjusted and not; of the variance said to be removed; of the share new.
    let mut squares = [[0.0; 4]; METRICS.len()];
    for _ in 0..trials {
        let (mut treatment, mut control) = (Growing::new(1.0, 1.0), Growing::new(1.0, 1.0));
        for arm in [&mut treatment, &mut control] {
            let come = viewers_of(USUAL, 2_000, &mut rng);
            arm.come(&come, 1.0, &mut rng);
        }
        for (index, (_, of, domain, total)) in METRICS.iter().enumerate() {
            let (mut t, mut c) = (treatment.arm(*of), control.arm(*of));
            if *total {
                (t, c) = (per_attempt(t), per_attempt(c));
            }
            let pairing = statistics::Pairing::Unpaired;
            let plain = ratios(&t.whole(), &c.whole(), *domain, pairing, CONFIDENCE)?;
            let (adjusted, adjustment) = cuped::ratios(&t, &c, *domain, CONFIDENCE)?;
            tallies[index][0].note(is_called(&adjusted), adjusted.reliability);
            tallies[index][1].note(is_called(&plain), plain.reliability);
            squares[index][0] += adjusted.difference.powi(2);
            squares[index][1] += plain.difference.powi(2);
            squares[index][2] += adjustment.variance_removed;
            squares[index][3] += adjustment.new_share;
        }
    }
    for (((name, _, _, _), tallies), squares) in METRICS.iter().zip(tallies).zip(squares) {
        let row = format!("`{name}`, 2,000 viewers an arm");
        let put = |column, value, reference, band| {
            let place = Place {
                table: "CUPED",
                row: &row,
                column,
            };
            share(&place, value, reference, band, tallies[0].is_reliable());
        };
        let removed = 1.0 - squares[0] / squares[1];
        // What a viewer's past has to bring where the metric is the viewer's own, and what it must not cost elsewhere.
        let band = match *name {
            "bitrate_avg_bps" | "startup_any_ms_mean" => Band::at_least(0.2),
            _ => Band::at_least(-0.02),
        };
        put("equals that differ", tallies[0].share(), 1.0 - CONFIDENCE, ALARMS);
        put("variance removed", removed, squares[2] / f64::from(trials), band);
        put(
            "said to be removed",
            squares[2] / f64::from(trials),
            removed,
            Band::none(),
        );
        put("part of new viewers", squares[3] / f64::from(trials), 0.3, Band::none());
    }
    Ok(())
}
