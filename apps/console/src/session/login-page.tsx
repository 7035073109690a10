import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { inLanguages } from '../language/language.js';
import { LanguageChoice } from '../language/language-choice.js';
import { ProblemNote } from '../parts/problem-note.js';
import { clientFor, openSession, session } from './session.js';

const words = inLanguages({
  en: {
    title: 'Landfall console',
    key: 'API key or token',
    hint: 'Kept in this tab until you close it.',
    logIn: 'Log in',
    refused: 'The key is no longer valid. Log in with another one.',
    wrong: 'This key is not valid.',
  },
  'zh-CN': {
    title: 'Landfall 控制台',
    key: 'API 密钥或令牌',
    hint: '只保存在本标签页中，关闭即清除。',
    logIn: '登录',
    refused: '密钥已失效，请使用其他密钥登录。',
    wrong: '密钥无效。',
  },
});

/** Asks for the key and verifies it before opening a session. */
export function LoginPage() {
  const isBusy = useSignal(false);
  const isWrong = useSignal(false);
  const problem = useSignal<unknown>(null);
  const { status } = session.value;
  const wasRefused = status === 'closed' && session.value.reason === 'refused';

  const logIn = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key') ?? '').trim();
    if (key === '') return;
    isBusy.value = true;
    isWrong.value = false;
    problem.value = null;
    try {
      await clientFor(key)
        .uploads.list({ limit: 1, fields: ['id'] })
        .pages()
        .next();
      openSession(key);
    } catch (error) {
      if ((error as { status?: number }).status === 401) isWrong.value = true;
      else problem.value = error;
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <main class="login">
      <h1>{words.value.title}</h1>
      {wasRefused && <p role="alert">{words.value.refused}</p>}
      <form onSubmit={logIn}>
        <label>
          {words.value.key}
          <input
            name="key"
            type="password"
            autocomplete="off"
            required
            aria-invalid={isWrong.value || undefined}
            aria-describedby="key-hint"
          />
          <small id="key-hint">{isWrong.value ? words.value.wrong : words.value.hint}</small>
        </label>
        <button type="submit" aria-busy={isBusy.value} disabled={isBusy.value}>
          {words.value.logIn}
        </button>
      </form>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <LanguageChoice />
    </main>
  );
}
