import { refusal } from '../wire/refusals.js';
import type { ObjectTag } from '../store/stored-object.js';

const maxTags = 10;
const key = /^[\p{L}\p{N}\p{Zs}+\-=._:/]{1,128}$/u;
const value = /^[\p{L}\p{N}\p{Zs}+\-=._:/]{0,256}$/u;

/**
 * Reads percent-encoded `k1=v1&k2=v2`.
 * @throws OssRefusal InvalidTag
 */
export function readTaggingHeader(header: string | undefined): readonly ObjectTag[] {
  if (header === undefined || header === '') return [];
  return checkTags([...new URLSearchParams(header)].map(([key, value]) => ({ key, value })));
}

/** @throws OssRefusal InvalidTag */
export function checkTags(tags: readonly ObjectTag[]): readonly ObjectTag[] {
  const keys = new Set(tags.map((tag) => tag.key));
  const areValid = tags.every((tag) => key.test(tag.key) && value.test(tag.value));
  if (tags.length > maxTags || keys.size < tags.length || !areValid) throw refusal('InvalidTag');
  return tags;
}
