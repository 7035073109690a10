import { invalidArgument } from '../wire/oss-refusal.js';
import { percentEncode } from '../wire/percent-encoding.js';

export type CallbackBodyType = 'application/x-www-form-urlencoded' | 'application/json';

/**
 * Checks that every `$` of a body template starts a closed placeholder.
 * @throws OssRefusal InvalidArgument
 */
export function checkCallbackTemplate(template: string): void {
  if (/\$(?!\{[^}]*\})/.test(template))
    throw invalidArgument('Left brace must be adjacent to dollar sign.', '0007-00000105', {
      ArgumentName: 'ReplaceKeyPrefix',
      ArgumentValue: template,
    });
}

/**
 * Renders a body template: form values are percent-encoded, JSON values are inserted with their quotes. A variable
 * without a value is empty (in JSON `""`).
 * @param values by name: system variables, and custom ones including the `x:` prefix
 */
export function renderCallbackBody(
  template: string,
  bodyType: CallbackBodyType,
  values: Readonly<Record<string, string | number>>,
): string {
  return template.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : '';
    return bodyType === 'application/json' ? JSON.stringify(value) : percentEncode(String(value));
  });
}
