import type { Webhook } from '@landfall/client/browser';
import { formatTime } from '../../language/formats.js';
import { Badge } from '../badge.js';
import { formatSince } from '../format-age.js';
import { words } from './words.js';

/** The health of a webhook, with the reason if it is not well. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const { enabled, disabledReason, failingSince, pausedUntil } = webhook;
  if (!enabled)
    return (
      <Badge tone={disabledReason === 'request' ? 'off' : 'bad'}>
        {words.value.disabled[disabledReason ?? 'request']}
      </Badge>
    );
  if (failingSince === null && pausedUntil === null) return <Badge tone="good">{words.value.enabled}</Badge>;
  return (
    <>
      {failingSince !== null && <Badge tone="bad">{words.value.failing(formatSince(failingSince))}</Badge>}{' '}
      {pausedUntil !== null && <Badge tone="warn">{words.value.pausedUntil(formatTime(pausedUntil))}</Badge>}
    </>
  );
}
