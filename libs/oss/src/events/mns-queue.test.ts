import { describe, expect, test } from 'vitest';
import {
  readMnsErrorCode,
  readQueueMessages,
  readReceiptHandles,
  signMnsRequest,
  writeMnsError,
  writeQueueMessages,
  writeReceiptHandles,
} from '#oss';

const message = { id: 'M1', receiptHandle: '1-a==', body: 'e30=', dequeueCount: 2 };

describe('the protocol of a queue of SMQ', () => {
  test('signs a request by its method, headers and target', () => {
    const request = {
      method: 'GET',
      target: '/queues/q/messages?numOfMessages=16&waitseconds=30',
      headers: { date: 'Thu, 15 Jan 2026 08:30:01 GMT', 'x-mns-version': '2015-06-06' },
    };
    const key = { accessKeyId: 'LTAIexample', accessKeySecret: 'secret' };
    // echo -ne 'GET\n\n\nThu, 15 Jan 2026 08:30:01 GMT\nx-mns-version:2015-06-06\n/queues/q/messages?numOfMessages=16&waitseconds=30' | openssl dgst -sha1 -hmac secret -binary | base64
    expect(signMnsRequest(request, key)).toBe('MNS LTAIexample:1tbo1n8T71ziss4uFoXehpi9fEI=');
  });

  test.each([0, 1, 2])('reads %i messages', (count) => {
    const messages = Array.from({ length: count }, () => ({ ...message, body: '{"a":"<&>"}' }));
    expect(readQueueMessages(writeQueueMessages(messages))).toEqual(messages);
  });

  test('reads an answer as published', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<Messages xmlns="http://mns.aliyuncs.com/doc/v1/">
  <Message>
    <MessageId>5F290C926D472878-2-14D9529A8FA-200000001</MessageId>
    <ReceiptHandle>1-ODU4OTkzNDU5My0xNDMyNzI3ODI3LTItOA==</ReceiptHandle>
    <MessageBodyMD5>C5DD56A39F5F7BB8B3337C6D11B6D8C7</MessageBodyMD5>
    <MessageBody>e30=</MessageBody>
    <EnqueueTime>1250700979248</EnqueueTime>
    <NextVisibleTime>1250700799348</NextVisibleTime>
    <FirstDequeueTime>1250700779318</FirstDequeueTime>
    <DequeueCount>1</DequeueCount>
    <Priority>8</Priority>
  </Message>
</Messages>`;
    expect(readQueueMessages(text)).toEqual([
      {
        id: '5F290C926D472878-2-14D9529A8FA-200000001',
        receiptHandle: '1-ODU4OTkzNDU5My0xNDMyNzI3ODI3LTItOA==',
        body: 'e30=',
        dequeueCount: 1,
      },
    ]);
  });

  test.each([['a'], ['a', 'b<&>']])('deletes by receipt handles', (...handles) => {
    expect(readReceiptHandles(writeReceiptHandles(handles))).toEqual(handles);
  });

  test('reads the code of an error, and nothing from other answers', () => {
    expect(readMnsErrorCode(writeMnsError('MessageNotExist', 'Message not exist.'))).toBe('MessageNotExist');
    expect(readMnsErrorCode('<html></html>')).toBe('');
    expect(readQueueMessages(writeMnsError('MessageNotExist', ''))).toBeUndefined();
    expect(readQueueMessages('')).toBeUndefined();
    expect(readQueueMessages(writeQueueMessages([message]).slice(0, -3))).toBeUndefined();
  });
});
