import { createPublicKey } from 'node:crypto';
import { explainCallback, readCapturedCallback, type ExplainedStep } from '#explain';
import type { CallbackSender } from '../callbacks/callback-sender.js';
import type { JournalEntry } from '../callbacks/journal.js';

/** Limits the search for a cause to some milliseconds. */
const hashedBytesMax = 4_194_304;

interface Explanation {
  /** Whether Landfall would accept it; null if that cannot be told. */
  readonly holds: boolean | null;
  readonly steps: readonly ExplainedStep[];
}

/** A page that refreshes itself asks again and again. */
const explained = new WeakMap<JournalEntry, Explanation>();

/** What `landfall callback explain` says of a callback in the journal. */
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
