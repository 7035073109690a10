/**
 * Decodes standard base64 (alphabet `+/`, padded, no white space). Undefined if `text` is empty or
 * not the canonical encoding of its bytes.
 */
export function decodeStrictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}
