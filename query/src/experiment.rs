//! What came of an experiment: every arm by itself, and every arm against the first, readable at any time.
//!
//! Pure but for [`results`], which reads. The attempts are those that say they were exposed (`experiment_name`, `experiment_variant`), from
//! the start on, those that never started included: else an arm with more start failures would lose its failures from the sample.
//!
//! What viewers were like in the 14 days before is taken off (`statistics::cuped`), so that the chance by which the arms differed already
//! does not widen the interval; viewers who were not there before are a stratum of their own.
//!
//! Differences have confidence sequences (`statistics::sequence`): whoever reads daily and stops at the first hit errs no more often than
//! asked. Totals are compared per attempt, because arms need not be of one size. Where the arms did not get the viewers they were meant to
//! get (`statistics::assignment`), every verdict is refused. In a switchback the unit is the stretch of time, not the viewer.
//! Where the arms are encoding ladders, `ladder` tells what viewers saw of them, judged like every other metric.

use std::{collections::BTreeMap, time::Instant};

use accounts::{Experiment, Tenant};
use envelope::{ApiError, ErrorCode, Message};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use schemas::unit::Better;
use serde::Deserialize;
use serde_json::json;
use statistics::{
    Anytime, Buckets, Domain, Null, Weights,
    assignment::{Exposure, SampleRatio, sample_ratio},
    cuped, sequence, verdict,
};

use crate::{
    calendar::written_utc,
    compare::{Cell, Cells, Judge, Key, domain, finite, word, words},
    ladder::{self, DELIVERED, Told, VMAF},
    plan::Plan,
    request::{self, Dimension, Faults, Filter, Operator, Question, Seen, Special},
    response::{
        ArmComparison, ArmMetric, ArmResult, Comparison, CupedResult, ExperimentResults, LadderComparison,
        LadderResult, MetricValue, NullValue, SampleRatioResult, VerdictWord,
    },
    run::{Observe, REPLICATES, Reader, RunError, Sides},
    sql::{self, metric::Recipe},
    tables::Tables,
};

/// The metrics that count every attempt; all others look at those that started, which is after the treatment.
const BEFORE_TREATMENT: [&str; 5] = [
    "good_share",
    "start_failure",
    "exit_before_start",
    "business_failure",
    "wait_ratio",
];

/// How far the pre-period reaches back, ms: two whole weeks.
const BEFORE_MS: i64 = 14 * 86_400_000;

/// The question whose rows are the arms, of attempts that began before `until`: null is now. An end beyond now, or beyond the experiment's, is
/// that one.
///
/// # Errors
/// Before the experiment starts, where `until` is not after that, and where a metric that it was made with is none any more.
fn question(experiment: &Experiment, until: Option<i64>, now_ms: i64) -> Result<Question, ApiError> {
    let start = experiment.started_at.ok_or_else(|| {
        ApiError::new(ErrorCode::ExperimentState)
            .detail("id", "the experiment has not started: nobody was exposed to it")
    })?;
    let start = start.0;
    if until.is_some_and(|until| until <= start) {
        let mut faults = Faults::default();
        let start = written_utc(start);
        faults.add(
            "until",
            format!("the experiment started at {start}; a reading ends after that"),
        );
        return Err(faulty(faults));
    }
    let over = experiment.stopped_at.map_or(now_ms, |stopped| stopped.0);
    let end = until.unwrap_or(over).min(over).max(start + 1);
    let plan = &experiment.plan;
    let mut metrics = vec!["unique_viewers"];
    for name in plan.metrics.iter().chain(&plan.guardrails) {
        if !metrics.contains(&name.as_str()) {
            metrics.push(name);
        }
    }
    let asked = json!({
        "metrics": metrics,
        "dimensions": ["experiment_variant"],
        "filters": [{"attribute": "experiment_name", "operator": "EQ", "value": plan.name}],
        "start": written_utc(start),
        "end": written_utc(end),
    });
    let mut question = request::parse(&asked).map_err(faulty)?;
    question.special = Special {
        exact_viewers: true,
        stretch_ms: plan.switchback_minutes.map(|minutes| i64::from(minutes) * 60_000),
        ladders: Told::of(&plan.arms),
        ..Special::default()
    };
    Ok(question)
}

/// What is wrong with the question that an experiment makes, fault by fault.
fn faulty(faults: Faults) -> ApiError {
    faults
        .into_error()
        .unwrap_or_else(|| ApiError::new(ErrorCode::Internal))
}

/// The attempts of one arm's viewers before the experiment: the question about the arms, in another time. `control`: the first arm.
fn before(question: &Question, variant: &str, control: &str) -> Question {
    let only = Filter {
        dimension: Dimension::Attribute("experiment_variant"),
        operator: Operator::Eq,
        values: vec![Some(variant.to_owned())],
    };
    Question {
        dimensions: Vec::new(),
        filters: Vec::new(),
        start: question.start - BEFORE_MS,
        end: question.start,
        special: Special {
            seen: Some(Seen {
                start: question.start,
                end: question.end,
                filters: question.filters.iter().cloned().chain([only]).collect(),
            }),
            ladders: question.special.ladders.clone().map(|told| told.all_as(control)),
            ..Special::default()
        },
        ..question.clone()
    }
}

/// The attempts in the experiment of viewers who were there before it.
fn returning(question: &Question) -> Question {
    let mut returning = question.clone();
    returning.special.seen = Some(Seen {
        start: question.start - BEFORE_MS,
        end: question.start,
        filters: Vec::new(),
    });
    returning
}

/// One arm with what was read of it.
struct Arm<'a> {
    name: &'a str,
    weight: u32,
    cell: Cell,
    /// Its attempts of viewers who were there before, and what those did before.
    returning: Cell,
    before: Cell,
}

impl Arm<'_> {
    /// The three strata of CUPED, of sums as `side` reads them.
    fn strata(&self, side: impl Fn(&Cell) -> Buckets) -> cuped::Arm {
        let mut new = self.cell.clone();
        new.sums.iter_mut().for_each(|(part, sums)| {
            let known = self.returning.sums.get(part).map_or(&[][..], Vec::as_slice);
            sums.iter_mut().zip(known).for_each(|(sum, known)| *sum -= known);
        });
        cuped::Arm {
            returning: side(&self.returning),
            before: side(&self.before),
            new: side(&new),
        }
    }
}

/// The difference of two ratios, with what was taken off where that narrows it.
fn ratios(
    arm: &Arm,
    control: &Arm,
    domain: Domain,
    confidence: f64,
    side: impl Fn(&Cell) -> Buckets,
) -> Result<(Anytime, Option<CupedResult>), Null> {
    let plan = sequence::Plan::default();
    let plain = sequence::ratios(&side(&arm.cell), &side(&control.cell), domain, plan, confidence)?;
    let (adjusted, adjustment) = cuped::anytime(&arm.strata(&side), &control.strata(&side), domain, plan, confidence)?;
    // Whether it narrows is a matter of spread, not of the difference, so choosing by it favours neither arm.
    Ok(match adjustment.theta.is_some() && adjustment.variance_removed > 0.0 {
        true => {
            let taken = CupedResult {
                unadjusted_difference: finite(plain.difference.difference),
                variance_removed: adjustment.variance_removed,
                new_share: adjustment.new_share,
            };
            (adjusted, Some(taken))
        }
        false => (plain, None),
    })
}

fn anytime(judge: &Judge, arm: &Arm, control: &Arm, recipe: Recipe) -> Result<(Anytime, Option<CupedResult>), Null> {
    let confidence = judge.plan.question.confidence;
    match recipe {
        Recipe::Ratio {
            numerator,
            denominator,
            scope,
            scale,
            share,
        } => {
            let side = |cell: &Cell| cell.buckets(numerator, Some(denominator), scope);
            let (mut found, mut taken) = ratios(arm, control, domain(share), confidence, side)?;
            found.difference = found.difference.scaled(scale);
            if let Some(taken) = &mut taken {
                taken.unadjusted_difference = taken.unadjusted_difference.map(|difference| difference * scale);
            }
            Ok((found, taken))
        }
        Recipe::Total { sum, known, .. } => {
            let side = |cell: &Cell| cell.buckets(sum, None, known).per_attempt();
            ratios(arm, control, domain(false), confidence, side)
        }
        Recipe::Quantile { hist, probability } => {
            let (arm, control) = (&arm.cell, &control.cell);
            let found = sequence::quantiles(
                &arm.bucket_histograms(hist),
                &control.bucket_histograms(hist),
                probability,
                judge.weights,
                sequence::Plan::default(),
                confidence,
            )?;
            Ok((found, None))
        }
        Recipe::Histogram { .. } | Recipe::Distinct | Recipe::Concurrency { .. } => Err(Null::NoValues),
    }
}

fn compared(
    judge: &Judge,
    arm: &Arm,
    control: &Arm,
    (better, recipe): (Better, Recipe),
    broken: bool,
) -> (Comparison, Option<f64>, Option<CupedResult>) {
    let none = |reason: String| Comparison {
        verdict: VerdictWord::InsufficientData,
        reason,
        effect_reason: Some("arms are compared, not audiences".to_owned()),
        ..Comparison::default()
    };
    let confidence = judge.plan.question.confidence;
    let sides = [&arm.cell, &control.cell];
    let completeness = sides.into_iter().filter_map(Cell::completeness).fold(1.0, f64::min);
    let (found, taken) = match anytime(judge, arm, control, recipe) {
        Ok(found) => found,
        Err(null) => return (none(null.to_string()), None, None),
    };
    let better = match better {
        Better::Higher => verdict::Better::Higher,
        Better::Lower => verdict::Better::Lower,
        Better::Neither => verdict::Better::Neither,
    };
    let policy = verdict::Policy {
        confidence,
        ..verdict::Policy::default()
    };
    let difference = found.difference;
    let judgement = verdict::judge(
        &difference,
        better,
        verdict::Circumstances { completeness, broken },
        &policy,
    );
    let reason = match broken {
        true => "the arms did not get the viewers they were meant to get: whoever is missing is not like those who are there"
            .to_owned(),
        false => words(&judgement, completeness, confidence),
    };
    let comparison = Comparison {
        reference: finite(difference.reference),
        difference: finite(difference.difference),
        low: difference.low.and_then(finite),
        high: difference.high.and_then(finite),
        relative: difference.relative.and_then(finite),
        p_value: difference.p_value.and_then(finite),
        verdict: word(judgement.verdict),
        minimum_detectable: difference.minimum_detectable.and_then(finite),
        ..none(reason)
    };
    (comparison, found.e_value, taken)
}

/// What was read of an experiment, put together.
#[derive(Default)]
struct Concluded {
    ratio: Option<SampleRatio>,
    arms: Vec<ArmResult>,
    comparisons: Vec<ArmComparison>,
    ladder: Option<LadderResult>,
}

/// Puts what was read together.
fn concluded(plan: &Plan, experiment: &Experiment, arms: &[Arm], plays: Option<&ladder::Plays>) -> Concluded {
    let weights = Weights::draw(REPLICATES, &mut ChaCha8Rng::seed_from_u64(plan.question.fingerprint));
    let judge = Judge {
        plan,
        weights: &weights,
    };
    let exposures: Vec<Exposure> = arms
        .iter()
        .map(|arm| Exposure {
            viewers: arm.cell.viewers,
            weight: f64::from(arm.weight),
        })
        .collect();
    // In a switchback every viewer may see every arm.
    let ratio = match experiment.plan.switchback_minutes {
        None => sample_ratio(&exposures),
        Some(_) => None,
    };
    let broken = ratio.as_ref().is_some_and(SampleRatio::is_mismatch);
    let metrics = || plan.question.metrics.iter().zip(&plan.recipes).skip(1);
    let stretch = plan.window().bucket(0);
    let metric = |arm: &Arm, control: &Arm, better: Better, recipe: Recipe| {
        let (comparison, e_value, cuped) = compared(&judge, arm, control, (better, recipe), broken);
        ArmMetric {
            comparison,
            e_value,
            cuped,
            guardrail: false,
            post_treatment: true,
        }
    };
    let results = arms.iter().enumerate().map(|(index, arm)| ArmResult {
        name: arm.name.to_owned(),
        attempts: arm.cell.attempts,
        viewers: (arm.cell.identified > 0).then_some(arm.cell.viewers),
        expected_viewers: ratio.as_ref().map(|ratio| ratio.expected[index]),
        values: metrics()
            .map(|(asked, recipe)| {
                let value = match recipe {
                    Recipe::Distinct | Recipe::Concurrency { .. } => MetricValue::Null(NullValue {
                        value: (),
                        reason: "viewers of arms of different weight are not compared".to_owned(),
                    }),
                    recipe => judge.value(&arm.cell, *recipe, stretch),
                };
                (asked.name.clone(), value)
            })
            .collect(),
    });
    let results = results.collect();
    let (mut comparisons, mut ladder_comparisons) = (Vec::new(), Vec::new());
    if let Some((control, others)) = arms.split_first() {
        for arm in others {
            let metrics = metrics().map(|(asked, recipe)| {
                let metric = ArmMetric {
                    guardrail: experiment.plan.guardrails.contains(&asked.name),
                    post_treatment: !BEFORE_TREATMENT.contains(&asked.metric.name),
                    ..metric(arm, control, asked.better(), *recipe)
                };
                (asked.name.clone(), metric)
            });
            comparisons.push(ArmComparison {
                arm: arm.name.to_owned(),
                against: control.name.to_owned(),
                metrics: metrics.collect::<BTreeMap<_, _>>(),
            });
            if plays.is_some() {
                ladder_comparisons.push(LadderComparison {
                    arm: arm.name.to_owned(),
                    against: control.name.to_owned(),
                    vmaf: metric(arm, control, Better::Higher, VMAF),
                    delivered_bps: metric(arm, control, Better::Lower, DELIVERED),
                });
            }
        }
    }
    let ladder = plays.map(|plays| LadderResult {
        arms: ladder::arms(
            &experiment.plan.arms,
            arms.iter().map(|arm| &arm.cell),
            plays,
            |cell, recipe| judge.value(cell, recipe, stretch),
        ),
        comparisons: ladder_comparisons,
    });
    Concluded {
        ratio,
        arms: results,
        comparisons,
        ladder,
    }
}

#[derive(Deserialize)]
struct PlaysRow {
    arm: String,
    place: i64,
    play_ms: u64,
}

async fn rung_plays(tables: &Tables, plan: &Plan, observe: Observe<'_>) -> Result<ladder::Plays, RunError> {
    let begun = Instant::now();
    let rows: Vec<PlaysRow> = tables
        .fetch(&sql::ladder::plays(&plan.scope))
        .await
        .map_err(|source| RunError::Reading { step: "ladder", source })?;
    observe("ladder", begun.elapsed().as_secs_f64());
    Ok(rows
        .into_iter()
        .map(|row| ((row.arm, row.place), row.play_ms))
        .collect())
}

/// What came of an experiment so far, or of its attempts that began before `until` (ms since 1970-01-01T00:00:00Z).
///
/// # Errors
/// When it has not started, or not before `until`, or the tables do not answer within the limits.
pub async fn results(
    tables: &Tables,
    tenant: Tenant,
    experiment: Experiment,
    until: Option<i64>,
    now_ms: i64,
    observe: Observe<'_>,
) -> Result<(ExperimentResults, Vec<Message>), ApiError> {
    let begun = Instant::now();
    let question = question(&experiment, until, now_ms)?;
    let (start, end) = (written_utc(question.start), written_utc(question.end));
    let groups: Vec<Vec<String>> = experiment.plan.arms.iter().map(|arm| vec![arm.name.clone()]).collect();
    let read = async |question: Question, groups: &[Vec<String>]| -> Result<(Plan, Sides), ApiError> {
        let plan = Plan::new(tenant, question, &[], now_ms).map_err(faulty)?;
        let sides = Sides::read(&Reader::new(tables, &plan, observe), groups).await;
        Ok((plan, sides.map_err(RunError::into_api)?))
    };
    let (plan, sides) = read(question.clone(), &groups).await?;
    let plays = match &question.special.ladders {
        Some(_) => Some(rung_plays(tables, &plan, observe).await.map_err(RunError::into_api)?),
        None => None,
    };
    // In a switchback every viewer sees every arm: nobody's past tells the arms apart.
    let knows_viewers = sides.values.values().any(|cell| cell.identified > 0);
    let (mut back, mut earlier) = (Cells::default(), Vec::new());
    if knows_viewers && experiment.plan.switchback_minutes.is_none() {
        back = read(returning(&question), &groups).await?.1.values;
        for arm in &experiment.plan.arms {
            let (_, sides) = read(before(&question, &arm.name, &experiment.plan.arms[0].name), &[]).await?;
            earlier.push(sides.values.into_values().next().unwrap_or_default());
        }
    }
    let mut messages = Vec::new();
    if experiment.plan.switchback_minutes.is_none() {
        messages.push(Message::warning(
            "viewers of both arms share lines and servers: where the change is one of adaptation, CDN or pacing the difference may be off, even \
             in its sign (Spang et al., IMC 2021); a switchback is for those",
        ));
    }
    let name = experiment.plan.name.clone();
    let computed = tokio::task::spawn_blocking(move || {
        let of = |cells: &Cells, name: &str| {
            cells
                .get(&Key::single(vec![name.to_owned()]))
                .cloned()
                .unwrap_or_default()
        };
        let mut earlier = earlier.into_iter();
        let arms = experiment.plan.arms.iter().map(|arm| Arm {
            name: &arm.name,
            weight: arm.weight,
            cell: of(&sides.values, &arm.name),
            returning: of(&back, &arm.name),
            before: earlier.next().unwrap_or_default(),
        });
        let arms: Vec<Arm> = arms.collect();
        concluded(&plan, &experiment, &arms, plays.as_ref())
    });
    let Concluded {
        ratio,
        arms,
        comparisons,
        ladder,
    } = computed
        .await
        .map_err(RunError::Computing)
        .map_err(RunError::into_api)?;
    if ratio.as_ref().is_some_and(SampleRatio::is_mismatch) {
        messages.push(Message::warning(
            "sample ratio mismatch: the arms did not get the viewers they were meant to get, so no verdict is given; look for an arm that loses viewers \
             before their first beacon, a redirect, or bots that only one arm lets in",
        ));
    }
    let result = ExperimentResults {
        name,
        start,
        end,
        sample_ratio: ratio.map(|ratio| SampleRatioResult {
            mismatch: ratio.is_mismatch(),
            p_value: ratio.p_value,
        }),
        arms,
        comparisons,
        ladder,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok((result, messages))
}
