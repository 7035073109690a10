import { createHash } from 'node:crypto';
import { signEventBridgePush, signSmqPush, smqContentMd5 } from '#oss';
import { newRequestId } from '../../wire/exchange.js';
import { targetOf, type OutgoingRequest } from '../../wire/outgoing-request.js';
import { ownerId } from '../../wire/owner.js';
import { writeXml } from '../../wire/xml.js';
import type { EventRule } from '../model/event-rules.js';
import type { PendingEvent } from '../model/pending-events.js';
import { certificatePaths, type SigningKeys } from '../signing/signing-keys.js';
import { cloudEvent, smqMessage } from './event-body.js';

type RuleOf<Target> = Extract<EventRule, { target: Target }>;

/** The sender of push requests. */
export interface EventOrigin {
  readonly keys: SigningKeys;
  readonly region: string;
  /** URL at which clients reach the emulator. */
  readonly publicUrl: URL;
}

/** Builds an SMQ push over HTTP, signed with the current time. */
export function smqRequest(
  event: PendingEvent,
  { url, format }: RuleOf<'smq'>,
  { keys, region, publicUrl }: EventOrigin,
): OutgoingRequest {
  const now = new Date();
  const certUrl = new URL(certificatePaths.smq, publicUrl).href;
  const topicName = `mns-en-topics-oss-${event.ruleId}`;
  const subscriptionName = `mns-en-subs-oss-${event.ruleId}`;
  const message = smqMessage(event, region);
  const notification = {
    TopicOwner: ownerId,
    TopicName: topicName,
    Subscriber: ownerId,
    SubscriptionName: subscriptionName,
    MessageId: event.id,
    Message: message,
    MessageMD5: createHash('md5').update(message).digest('hex').toUpperCase(),
    MessageTag: '',
    PublishTime: String(now.getTime()),
    SigningCertURL: certUrl,
  };
  const { type, text } = {
    SIMPLIFIED: () => ({ type: 'text/plain;charset=utf-8', text: message }),
    JSON: () => ({ type: 'application/json;charset=utf-8', text: JSON.stringify(notification) }),
    XML: () => ({ type: 'text/xml;charset=utf-8', text: writeNotification(notification) }),
  }[format]();
  const body = Buffer.from(text);
  const target = targetOf(url);
  const signed = {
    'content-md5': smqContentMd5(body),
    'content-type': type,
    date: now.toUTCString(),
    'x-mns-message-id': event.id,
    'x-mns-publish-time': notification.PublishTime,
    'x-mns-request-id': newRequestId(),
    'x-mns-signing-cert-url': Buffer.from(certUrl).toString('base64'),
    'x-mns-subscriber': ownerId,
    'x-mns-subscription-name': subscriptionName,
    'x-mns-topic-name': topicName,
    'x-mns-topic-owner': ownerId,
    'x-mns-version': '2015-06-06',
  };
  const authorization = signSmqPush({ rawTarget: target, headers: signed }, keys.smq.privateKey);
  const agent = 'Aliyun Notification Service Agent';
  return toRequest(url, body, { ...signed, authorization, 'user-agent': agent });
}

/** Builds an EventBridge push to an HTTP target, signed with the current time. */
export function eventBridgeRequest(
  event: PendingEvent,
  { url, token }: RuleOf<'eventbridge'>,
  { keys, region, publicUrl }: EventOrigin,
): OutgoingRequest {
  const now = new Date();
  const body = Buffer.from(JSON.stringify(cloudEvent(event, region, now)));
  const signed = {
    'x-eventbridge-signature-timestamp': String(now.getTime()),
    'x-eventbridge-hash-method': 'SHA256',
    'x-eventbridge-signature-version': '1.0',
    'x-eventbridge-signature-url': new URL(certificatePaths.eventbridge, publicUrl).href,
    ...(token !== undefined && { 'x-eventbridge-signature-token': token }),
  };
  const signature = signEventBridgePush(
    { targetUrl: url, headers: signed, body },
    keys.eventbridge.privateKey,
  );
  return toRequest(url, body, {
    'content-type': 'application/json; charset=utf-8',
    ...signed,
    'x-eventbridge-signature-v2': signature,
  });
}

function toRequest(url: string, body: Buffer, headers: Readonly<Record<string, string>>): OutgoingRequest {
  const { host } = new URL(url);
  return {
    url,
    method: 'POST',
    target: targetOf(url),
    headers: { host, connection: 'close', 'content-length': String(body.length), ...headers },
    body,
  };
}

function writeNotification(notification: Readonly<Record<string, string>>): string {
  return writeXml(['Notification', Object.entries(notification)]).replace(
    '<Notification>',
    '<Notification xmlns="http://mns.aliyuncs.com/doc/v1/">',
  );
}
