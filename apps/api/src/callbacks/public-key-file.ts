import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LandfallError } from '#runtime';

/** Reads the public key pinned by CALLBACK_PUBLIC_KEY_FILE. @throws LandfallError config.invalid */
export function readPublicKey(file: string): KeyObject {
  try {
    return createPublicKey(readFileSync(file));
  } catch (cause) {
    throw new LandfallError(
      'config.invalid',
      `CALLBACK_PUBLIC_KEY_FILE: ${file} does not contain a public key in PEM format`,
      { cause },
    );
  }
}
