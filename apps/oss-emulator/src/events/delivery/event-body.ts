import { ownerId } from '../../wire/owner.js';
import { eventNames } from '../event-names.js';
import type { PendingEvent } from '../pending-events.js';

/** One event as OSS writes it: alike in the messages of SMQ and in the `data` of EventBridge. */
export function ossEvent({ facts, ruleId }: PendingEvent, region: string) {
  return {
    eventName: eventNames[facts.operation],
    eventSource: 'acs:oss',
    eventTime: facts.at,
    eventVersion: '1.0',
    oss: {
      bucket: {
        arn: bucketArn(facts.bucket, region),
        name: facts.bucket,
        ownerIdentity: ownerId,
        virtualBucket: '',
      },
      object: {
        deltaSize: facts.deltaBytes,
        eTag: facts.etag,
        key: facts.objectKey,
        ...(facts.position !== undefined && { position: facts.position }),
        size: facts.sizeBytes,
      },
      ossSchemaVersion: '1.0',
      ruleId,
      ...(facts.vars && { xVars: facts.vars }),
    },
    region,
    requestParameters: { sourceIPAddress: facts.clientIp },
    responseElements: { requestId: facts.requestId },
    userIdentity: { principalId: ownerId },
  };
}

/** The message of SMQ: base64 of JSON. */
export function smqMessage(event: PendingEvent, region: string): string {
  return Buffer.from(JSON.stringify({ events: [ossEvent(event, region)] })).toString('base64');
}

/** The event in an envelope of CloudEvents 1.0, as EventBridge sends it. */
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

const bucketArn = (bucket: string, region: string) => `acs:oss:${region}:${ownerId}:${bucket}`;
