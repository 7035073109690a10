import { inLanguages } from '../language/language.js';
import { ProblemNote } from '../parts/problem-note.js';
import { followAgain, refusal } from './use-events.js';

const words = inLanguages({
  en: { ended: 'This page no longer updates automatically' },
  'zh-CN': { ended: '本页面已停止自动更新' },
});

/** Explains why live events have stopped; renders nothing while they work. */
export function LiveNote() {
  if (refusal.value === null) return null;
  return (
    <aside aria-label={words.value.ended}>
      <p>{words.value.ended}</p>
      <ProblemNote problem={refusal.value} onRetry={followAgain} />
    </aside>
  );
}
