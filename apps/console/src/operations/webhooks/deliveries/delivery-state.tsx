import type { DeliveryState as State } from '@landfall/client/browser';
import { Badge } from '../../badge.js';
import { words } from '../words.js';

const tones = { pending: 'warn', delivered: 'good', failed: 'bad' } as const;

/** The state of a delivery, as a badge. */
export function DeliveryState({ state }: { state: State }) {
  return <Badge tone={tones[state]}>{words.value.states[state]}</Badge>;
}
