import { OssRefusal, invalidArgument } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { childrenOf, choiceOf, textOf } from '../wire/xml-values.js';

type Children = Record<string, unknown>;

const maxRules = 1000;
const actions = [
  'Expiration',
  'Transition',
  'AbortMultipartUpload',
  'NoncurrentVersionExpiration',
  'NoncurrentVersionTransition',
];
const transitionClasses = ['IA', 'Archive', 'ColdArchive', 'DeepColdArchive'];

/**
 * Validates a lifecycle configuration, which the emulator stores but does not apply.
 * @throws OssRefusal MalformedXML, InvalidArgument, InvalidRequest
 */
export function checkLifecycle(root: Children, { headers }: AddressedExchange): void {
  const rules = childrenOf(root, 'Rule');
  if (rules.length === 0 || rules.length > maxRules) throw refusal('MalformedXML');
  for (const rule of rules) checkRule(rule);
  const ids = rules.map((rule) => textOf(rule, 'ID')).filter((id) => id !== undefined && id !== '');
  if (new Set(ids).size < ids.length) throw invalidArgument('Rule ID must be unique.');
  if (headers['x-oss-allow-same-action-overlap'] !== 'true') checkOverlaps(rules);
}

function checkRule(rule: Children): void {
  choiceOf(rule, 'Status', ['Enabled', 'Disabled']);
  if (!actions.some((action) => rule[action] !== undefined)) throw refusal('MalformedXML');
  const [expiration] = childrenOf(rule, 'Expiration');
  const expirationDays = expiration && readDays(expiration);
  const transitions = childrenOf(rule, 'Transition');
  const days = new Map<string, number>();
  for (const transition of transitions) {
    const storageClass = textOf(transition, 'StorageClass') ?? '';
    if (!transitionClasses.includes(storageClass))
      throw invalidArgument('The storage class of a transition is not valid.');
    const after = readDays(transition);
    if (expiration && (after === undefined) !== (expirationDays === undefined))
      throw new OssRefusal(400, 'InvalidRequest', 'Days and CreatedBeforeDate may not be mixed in one rule.');
    if (after !== undefined) days.set(storageClass, after);
  }
  const inOrder = transitionClasses.map((name) => days.get(name)).filter((value) => value !== undefined);
  const rises = [...inOrder, ...(expirationDays === undefined ? [] : [expirationDays])];
  if (rises.some((value, at) => at > 0 && value <= (rises[at - 1] ?? 0)))
    throw invalidArgument('Colder storage classes and the expiration must come later.');
}

/** @returns undefined if the action has a date instead of days */
function readDays(action: Children): number | undefined {
  const text = textOf(action, 'Days');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidArgument('Days must be a positive integer.');
  return Number(text);
}

/** Refuses rules with the same action if the prefix of one covers that of another. */
function checkOverlaps(rules: readonly Children[]): void {
  for (const action of actions) {
    const prefixes = rules
      .filter(
        (rule) => rule[action] !== undefined && rule['Tag'] === undefined && rule['Filter'] === undefined,
      )
      .map((rule) => textOf(rule, 'Prefix') ?? '')
      .sort();
    // In sorted order, a prefix comes directly before the first one that it covers.
    if (prefixes.some((prefix, at) => at > 0 && prefix.startsWith(prefixes[at - 1] ?? '')))
      throw invalidArgument(`Overlap for same action type ${action}`);
  }
}
