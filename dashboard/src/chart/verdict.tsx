// Here lives how a verdict looks: a shape, a word and a figure; colour only repeats them.
import type { Comparison, Unit } from '../api-types.ts';
import { changeText, verdictWords } from '../data/verdict.ts';
import { Icon } from './icon.tsx';

export function VerdictMark({ comparison, unit, locale }: { comparison: Comparison; unit: Unit; locale: string }) {
  const words = verdictWords(comparison.verdict);
  const moved = words.role === 'worse' || words.role === 'better' || words.role === 'higher' || words.role === 'lower';
  const change = changeText(comparison, unit, locale);
  return (
    <span class="verdict" data-role={words.role} data-verdict={comparison.verdict}>
      <Icon name={words.role} />
      <span class="verdict-word">{words.short}</span>
      {moved && change && <span class="verdict-change">{change}</span>}
    </span>
  );
}
