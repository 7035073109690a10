import { invalidArgument } from '#oss';
import { subscribable } from '../events/model/event-names.js';
import { readEventRules, type EventRule } from '../events/model/event-rules.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { html } from './html/html.js';
import { readJsonBody } from './json-body.js';
import { sendJson, type Resource } from './resource.js';

/**
 * `PUT /-/events/rules`: replaces the rules.
 * @throws OssRefusal
 */
export async function replaceEventRules(
  exchange: AddressedExchange,
  { events, logger }: EmulatorState,
): Promise<void> {
  const read = readEventRules(await readJsonBody(exchange, 'Rules'));
  if ('problem' in read) throw invalidArgument(read.problem);
  events.replaceRules(read.rules);
  logger.info({ requestId: exchange.requestId, rules: read.rules.length }, 'other event rules are on');
  sendJson(exchange, events.rules);
}

/** `GET /-/events/rules` */
export const eventRuleList: Resource<readonly EventRule[]> = {
  section: 'events',
  title: () => 'Event rules',
  read: (_query, { events }) => events.rules,
  render: (rules) =>
    html` <h1>Event rules</h1>
      <p id="problem" role="alert"></p>
      <noscript
        ><p class="failure">
          Changing rules here needs JavaScript. Without it: <code>PUT /-/events/rules</code>.
        </p></noscript
      >
      <form data-change="text">
        <label
          >Rules, as JSON; an empty list sends nothing
          <textarea name="text" rows="16" spellcheck="false">${JSON.stringify(rules, undefined, 2)}</textarea>
        </label>
        <p><button>Set</button></p>
      </form>
      <p class="soft">Events: ${subscribable.join(', ')}.</p>
      <p><a href="/-/events">Events</a></p>`,
};
