import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** The languages, by their own names. */
export const languages = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof languages;

const storageName = 'landfall.language';

/** The current language: the user's earlier choice, or else the browser's. */
export const language = signal<Language>(readLanguage());
document.documentElement.lang = language.value;

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
  localStorage.setItem(storageName, chosen);
}

/**
 * The texts of a room in the current language. All languages have the same keys; a missing one is a compile error. A
 * text is a string, or a function of its parameters.
 */
export function inLanguages<Words extends object>(all: {
  readonly en: Words;
  readonly 'zh-CN': NoInfer<{ readonly [Name in keyof Words]: Widened<Words[Name]> }>;
}): ReadonlySignal<{ readonly [Name in keyof Words]: Widened<Words[Name]> }> {
  return computed(() => all[language.value] as { readonly [Name in keyof Words]: Widened<Words[Name]> });
}

type Widened<Word> = Word extends string ? string : Word;

function readLanguage(): Language {
  const chosen = localStorage.getItem(storageName);
  if (chosen !== null && chosen in languages) return chosen as Language;
  return navigator.languages.find((name) => /^(en|zh)\b/.test(name))?.startsWith('zh') ? 'zh-CN' : 'en';
}
