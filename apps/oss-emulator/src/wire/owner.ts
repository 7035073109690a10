import type { XmlElement } from './xml.js';

/** The account that owns everything in the emulator. */
export const ownerId = '1234567890123456';

export const ownerElement: XmlElement = [
  'Owner',
  [
    ['ID', ownerId],
    ['DisplayName', ownerId],
  ],
];
