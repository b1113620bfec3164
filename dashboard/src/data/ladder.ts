// Here lives an experiment's encoding ladders as they are typed and as they are told. Pure. What was watched of them is the server's to say.
import type { Arm, ArmComparison, Ladder, LadderArm, LadderComparison, LadderRung } from '../api-types.ts';
import { numberOf } from './account.ts';
import { domainOf, type Effect } from './effects.ts';

/** What a ladder is compared by: not metrics of the catalogue, because only an experiment that says its rungs has them. */
const VMAF = { name: 'vmaf', title: 'VMAF as it was watched', unit: 'points', better: 'higher', kind: 'ratio' } as const;
const DELIVERED = { name: 'delivered_bps', title: 'Delivered for a second of playing', unit: 'bps', better: 'lower', kind: 'ratio' } as const;

/** The effects of one arm's ladder. */
export function ladderEffects(arms: readonly LadderArm[], { arm, against, ...effects }: LadderComparison): Effect[] {
  const of = (name: string) => arms.find((each) => each.arm === name);
  return [
    { measure: VMAF, control: of(against)?.vmaf ?? null, arm: of(arm)?.vmaf ?? null, effect: effects.vmaf, domain: domainOf(effects.vmaf) },
    { measure: DELIVERED, control: of(against)?.deliveredBps ?? null, arm: of(arm)?.deliveredBps ?? null, effect: effects.deliveredBps, domain: domainOf(effects.deliveredBps) },
  ];
}

/** Whether one ladder is better: one of the two better and none worse. Only what the server's verdicts say. */
export function ladderWords({ arm, against, vmaf, deliveredBps }: LadderComparison): string {
  const verdicts = [vmaf.verdict, deliveredBps.verdict];
  if (verdicts.some((verdict) => verdict !== 'better' && verdict !== 'worse' && verdict !== 'no_detectable_change'))
    return `Whether ${arm} is the better ladder cannot be said yet.`;
  const better = verdicts.includes('better');
  const worse = verdicts.includes('worse');
  if (better && worse) return vmaf.verdict === 'better' ? `${arm} looks better and takes more bits than ${against}: a trade, not a win.` : `${arm} takes fewer bits and looks worse than ${against}: a trade, not a win.`;
  if (better && vmaf.verdict === 'better' && deliveredBps.verdict === 'better') return `${arm} is the better ladder: it looks better and takes fewer bits than ${against}.`;
  if (better) return vmaf.verdict === 'better' ? `${arm} is the better ladder: it looks better than ${against} for bits that do not detectably differ.` : `${arm} is the better ladder: it takes fewer bits than ${against} for a picture that does not detectably differ.`;
  if (worse) return `${against} is the better ladder.`;
  return `The ladders of ${arm} and ${against} do not detectably differ.`;
}

/** Rungs told apart at once; a per-title ladder has many. */
export const RUNGS_SHOWN = 12;

/** The rungs that were watched most, and how many there are besides. */
export function rungsShown(rungs: readonly LadderRung[]): { shown: LadderRung[]; more: number } {
  const byTime = [...rungs].sort((one, other) => other.playMs - one.playMs);
  return { shown: byTime.slice(0, RUNGS_SHOWN), more: Math.max(0, rungs.length - RUNGS_SHOWN) };
}

/** One rung a line: `arm; height; bit/s; VMAF; bytes; video id`; `arm; encode; s` is what encoding took. */
export const laddersText = (arms: readonly Arm[]): string =>
  arms
    .flatMap(({ name, ladder }) => [
      ...(typeof ladder?.encodeCpuSeconds === 'number' ? [`${name}; encode; ${ladder.encodeCpuSeconds}`] : []),
      ...(ladder?.rungs ?? []).map(({ height, bitrateBps, vmaf, storageBytes, videoId }) =>
        [name, height, bitrateBps ?? '', vmaf ?? '', storageBytes ?? '', videoId ?? '']
          .join('; ')
          .replace(/[; ]+$/, ''),
      ),
    ])
    .join('\n');

/** `arms` with the ladders that are typed. What is no number goes as it is typed, so that the server names it. */
export function withLadders(arms: readonly Arm[], text: string): Arm[] {
  const ladders = new Map<string, Ladder>();
  const value = (typed: string | undefined) => {
    const number = numberOf(typed ?? '');
    return number === null || !Number.isNaN(number) ? number : (typed as unknown as number);
  };
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (!line) continue;
    const [name = '', height, bitrate, vmaf, bytes, ...title] = line.split(';').map((cell) => cell.trim());
    const ladder = ladders.get(name) ?? { rungs: [] };
    ladders.set(name, ladder);
    if (height === 'encode') {
      ladder.encodeCpuSeconds = value(bitrate);
      continue;
    }
    const videoId = title.join(';');
    ladder.rungs.push({ height: value(height) as number, bitrateBps: value(bitrate), vmaf: value(vmaf), storageBytes: value(bytes), ...(videoId && { videoId }) });
  }
  return arms.map(({ ladder: _, ...arm }) => {
    const ladder = ladders.get(arm.name);
    return ladder ? { ...arm, ladder } : arm;
  });
}

/** Arms named in what is typed that the experiment does not have. */
export const strangers = (arms: readonly Pick<Arm, 'name'>[], text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.split(';')[0]!.trim())
      .filter((name) => name && arms.every((arm) => arm.name !== name)),
  ),
];

/** The arm's ladder comparison beside its other effects; none where no arm has a ladder. */
export const ladderOf = (ladder: { comparisons: readonly LadderComparison[] } | null | undefined, { arm }: Pick<ArmComparison, 'arm'>): LadderComparison | undefined =>
  ladder?.comparisons.find((each) => each.arm === arm);
