import { ownerId } from '../../wire/owner.js';
import { eventNames } from './event-names.js';
import type { PendingEvent } from './pending-events.js';

export type OssEventMessage = ReturnType<typeof ossEvent>;

/** One event as OSS writes it; the same in SMQ messages and in the `data` of EventBridge. */
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

/** The ARN of a bucket. */
export const bucketArn = (bucket: string, region: string) => `acs:oss:${region}:${ownerId}:${bucket}`;
