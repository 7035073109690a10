import { chooseLanguage, language, type Language, languages } from './language.js';

export function LanguageChoice() {
  return (
    <select
      class="language"
      aria-label="Language / 语言"
      value={language.value}
      onChange={({ currentTarget }) => chooseLanguage(currentTarget.value as Language)}
    >
      {Object.entries(languages).map(([name, own]) => (
        <option key={name} value={name} lang={name}>
          {own}
        </option>
      ))}
    </select>
  );
}
