import { createPublicKey } from 'node:crypto';
import { explainCallback, readCapturedCallback, type ExplainedStep } from '#explain';
import type { CallbackSender } from '../callbacks/callback-sender.js';
import type { JournalEntry } from '../callbacks/journal.js';

/** Keeps the search for a cause within some milliseconds. */
const hashedBytesMax = 4_194_304;

interface Explanation {
  /** Whether Landfall would accept the callback; null if that cannot be determined. */
  readonly holds: boolean | null;
  readonly steps: readonly ExplainedStep[];
}

/** Cached, because a page that refreshes itself asks repeatedly. */
const explained = new WeakMap<JournalEntry, Explanation>();

/** The output of `landfall callback explain` for a callback in the journal. */
export function explainEntry(entry: JournalEntry, sender: CallbackSender): Explanation {
  const known = explained.get(entry) ?? explain(entry, sender);
  explained.set(entry, known);
  return known;
}

function explain({ request, url }: JournalEntry, { callbackKey, publicUrl }: CallbackSender): Explanation {
  if (request.bodyIsCut)
    return {
      holds: null,
      steps: [
        {
          title: 'body',
          verdict: 'note',
          lines: ['the journal keeps only its beginning: nothing can be checked'],
        },
      ],
    };
  return explainCallback(readCapturedCallback(Buffer.from(JSON.stringify({ request }))), {
    key: createPublicKey(callbackKey.publicKeyPem),
    keySource: 'the key of this emulator',
    pinned: false,
    allowedHosts: [publicUrl.host],
    hashedBytesMax,
    callbackUrl: url,
    pathPrefix: '',
    body: { defaultBucket: undefined, fieldNames: {} },
  });
}
