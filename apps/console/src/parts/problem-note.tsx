import { LandfallProblem } from '@landfall/client/browser';
import { inLanguages } from '../language/language.js';

const words = inLanguages({
  en: { again: 'Try again', unknown: 'Something went wrong' },
  'zh-CN': { again: '重试', unknown: '出现错误' },
});

/** An error with the api's message and code, and a button to retry. */
export function ProblemNote({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p>
        {problem instanceof Error && problem.message ? problem.message : words.value.unknown}
        {problem instanceof LandfallProblem && (
          <>
            {' '}
            <code>{problem.code}</code>
          </>
        )}
      </p>
      {onRetry && (
        <button class="secondary" type="button" onClick={onRetry}>
          {words.value.again}
        </button>
      )}
    </div>
  );
}
