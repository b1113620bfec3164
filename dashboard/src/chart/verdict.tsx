// Here lives how a verdict looks: a shape, a word and a figure; colour only repeats them.
import type { Comparison } from '../api-types.ts';
import { changeText, comparisonWords, isChange, type Judged } from '../data/verdict.ts';
import { Icon } from './icon.tsx';

export function VerdictMark({ comparison, judged, locale }: { comparison: Comparison; judged: Judged; locale: string }) {
  const words = comparisonWords(comparison, judged.better);
  const change = changeText(comparison, judged.unit, locale);
  return (
    <span class="verdict" data-role={words.role} data-verdict={comparison.verdict}>
      <Icon name={words.role} />
      <span class="verdict-word">{words.short}</span>
      {isChange(words) && change && <span class="verdict-change">{change}</span>}
    </span>
  );
}
