/**
 * Decodes standard base64 (alphabet `+/`, padded, no white space). Undefined when `text` is empty or anything but the one
 * canonical spelling of its bytes.
 */
export function decodeStrictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}
