import { ownerId } from '../../wire/owner.js';
import { bucketArn, ossEvent } from '../model/event-message.js';
import { eventNames } from '../model/event-names.js';
import type { PendingEvent } from '../model/pending-events.js';

/** The SMQ message: Base64-encoded JSON. */
export function smqMessage(event: PendingEvent, region: string): string {
  return Buffer.from(JSON.stringify({ events: [ossEvent(event, region)] })).toString('base64');
}

/** The event in a CloudEvents 1.0 envelope, as EventBridge sends it. */
export function cloudEvent(event: PendingEvent, region: string, publishedAt: Date) {
  const { facts, id } = event;
  return {
    id,
    source: 'acs.oss',
    specversion: '1.0',
    type: `oss:${eventNames[facts.operation]}`,
    datacontenttype: 'application/json; charset=utf-8',
    subject: `${bucketArn(facts.bucket, region)}/${facts.objectKey}`,
    time: facts.at,
    aliyunaccountid: ownerId,
    aliyunoriginalaccountid: ownerId,
    aliyunpublishtime: publishedAt.toISOString(),
    aliyunpublishaddr: '127.0.0.1',
    aliyuneventbusname: 'default',
    aliyunregionid: region,
    data: ossEvent(event, region),
  };
}
