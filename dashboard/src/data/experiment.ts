// Here lives what is typed about an experiment, read and checked, and how far one is in words. Pure. The server checks again.
import type { Arm, Experiment, ExperimentChange } from '../api-types.ts';
import * as format from '../format.ts';
import { numberOf } from './account.ts';
import { laddersText, withLadders } from './ladder.ts';

/** `control: 1`, one a line; without a weight it is 1. A name may hold colons: the last one counts, and only before a number. */
export function armsOf(text: string): Arm[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, name, weight] = /^(.*?)\s*:\s*(\d+)$/.exec(line) ?? [];
      return name ? { name, weight: Number(weight) } : { name: line, weight: 1 };
    });
}

export const armsText = (arms: readonly Arm[]): string => arms.map(({ name, weight }) => `${name}: ${weight}`).join('\n');

/** Names one a line, or apart at commas or spaces; once each. */
export const namesOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** What is typed in the form. */
export interface Draft {
  name: string;
  description: string;
  arms: string;
  /** Percent. */
  traffic: string;
  /** Minutes; empty: each viewer stays in one arm. */
  switchback: string;
  metrics: string;
  guardrails: string;
  /** One rung a line; empty: the arms are no ladders. */
  ladders: string;
}

export const draftOf = (experiment: Experiment | null): Draft => ({
  name: experiment?.name ?? '',
  description: experiment?.description ?? '',
  arms: armsText(experiment?.arms ?? [{ name: 'control', weight: 1 }, { name: 'treatment', weight: 1 }]),
  traffic: String(Number(((experiment?.traffic ?? 1) * 100).toFixed(2))),
  switchback: experiment?.switchbackMinutes ? String(experiment.switchbackMinutes) : '',
  metrics: (experiment?.metrics ?? ['good_share']).join(' '),
  guardrails: (experiment?.guardrails ?? []).join(' '),
  ladders: laddersText(experiment?.arms ?? []),
});

/** What to send for it. Of one that has started, only what may still change: of its arms, what is known of their ladders. */
export function requestOf(draft: Draft, started: boolean): ExperimentChange {
  const open = {
    arms: withLadders(armsOf(draft.arms), draft.ladders),
    description: draft.description.trim() || null,
    traffic: (numberOf(draft.traffic) ?? 100) / 100,
    metrics: namesOf(draft.metrics),
    guardrails: namesOf(draft.guardrails),
  };
  if (started) return open;
  return { name: draft.name.trim(), switchbackMinutes: numberOf(draft.switchback), ...open };
}

export const STATE_TITLES: Record<string, string> = { draft: 'draft', running: 'running', stopped: 'stopped' };

/** What part of those who take part each arm has, in the arms' order. */
export function shareTexts(arms: readonly Arm[], locale: string): string[] {
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  return arms.map(({ weight }) => format.partText(weight / sum, locale));
}

/** `control 50 %, treatment 50 %`: what part of those who take part each arm has. */
export function sharesText(arms: readonly Arm[], locale: string): string {
  const shares = shareTexts(arms, locale);
  return arms.map(({ name }, index) => `${name} ${shares[index]}`).join(', ');
}

/** When it was made, started, stopped: the latest of them. */
export function sinceText({ state, createdAt, startedAt, stoppedAt }: Experiment, zone: string, locale: string): string {
  const at = (text: string) => format.rangeText(Date.parse(text), Date.parse(text), zone, locale);
  if (state === 'stopped' && startedAt && stoppedAt) return `ran ${format.rangeText(Date.parse(startedAt), Date.parse(stoppedAt), zone, locale)}`;
  if (stoppedAt) return `stopped ${at(stoppedAt)}`;
  return startedAt ? `running since ${at(startedAt)}` : `made ${at(createdAt)}`;
}
