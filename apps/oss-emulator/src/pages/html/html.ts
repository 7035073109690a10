/** Markup that is safe to send. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[] | false | null | undefined;

/**
 * A template that escapes its values, except those that are `Html` already. False, null and undefined render as
 * nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(write)));
}

function write(value: Value): string {
  if (value === false || value === null || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escapeText(makeVisible(String(value)));
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Escapes invisible and direction-changing characters: the text comes from untrusted clients. */
function makeVisible(text: string): string {
  return text.replaceAll(
    /(?![\n\r\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\uFEFF\uFFF9-\uFFFB]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
