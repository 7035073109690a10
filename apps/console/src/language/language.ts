import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** Each by its own name, as a reader looks for it. */
export const languages = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof languages;

const storageName = 'landfall.language';

/** The language that is shown: chosen by the reader before, or the browser's. */
export const language = signal<Language>(readLanguage());
document.documentElement.lang = language.value;

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
  localStorage.setItem(storageName, chosen);
}

/**
 * The words of a room in the language that is shown. All languages have the same ones: the compiler says which is missing.
 * A word is text, or a function of what stands in it.
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
