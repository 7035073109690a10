import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import { readXml, writeXml, type XmlElement } from '../wire/xml.js';
import { changeSetting, settingOperations } from './stored-setting.js';
import { childrenOf, elementsOf, textOf } from '../wire/xml-values.js';

const maxTags = 20;
const name = 'tagging';

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** `GET`, `PUT` and `DELETE` of `?tagging` on a bucket. */
export const bucketTagging = {
  ...settingOperations({
    name,
    root: 'Tagging',
    check: readTags,
    unset: '<Tagging><TagSet></TagSet></Tagging>',
  }),

  /** Deletes all tags, or those whose keys the query lists. */
  async DELETE(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
    const keys = (exchange.query[name] ?? '').split(',').filter(Boolean);
    await changeSetting(exchange, state, name, (text) => {
      if (text === undefined || keys.length === 0) return undefined;
      return writeTags(bucketTags({ [name]: text }).filter(({ key }) => !keys.includes(key)));
    });
    send(exchange, 204);
  },
};

/** Reads the tags from the settings of a bucket. */
export function bucketTags({ [name]: text }: Readonly<Record<string, string>>): Tag[] {
  return text === undefined ? [] : readTags(readXml(text, 'Tagging'));
}

/** @throws OssRefusal MalformedXML, InvalidTag */
function readTags(root: Record<string, unknown>): Tag[] {
  const [set, ...more] = elementsOf(root, 'TagSet');
  if (set === undefined || more.length > 0) throw refusal('MalformedXML');
  const tags = (set === '' ? [] : childrenOf(childrenOf(root, 'TagSet')[0] ?? {}, 'Tag')).map((tag) => ({
    key: textOf(tag, 'Key') ?? '',
    value: textOf(tag, 'Value') ?? '',
  }));
  if (
    tags.length > maxTags ||
    new Set(tags.map(({ key }) => key)).size < tags.length ||
    tags.some(({ key, value }) => key.length < 1 || key.length > 64 || value.length > 128)
  )
    throw refusal('InvalidTag');
  return tags;
}

function writeTags(tags: readonly Tag[]): string {
  const elements: XmlElement[] = tags.map(({ key, value }) => [
    'Tag',
    [
      ['Key', key],
      ['Value', value],
    ],
  ]);
  return writeXml(['Tagging', [['TagSet', elements]]]);
}
