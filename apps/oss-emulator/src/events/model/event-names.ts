/** Event names by operation. */
export const eventNames = {
  PutObject: 'ObjectCreated:PutObject',
  PostObject: 'ObjectCreated:PostObject',
  CopyObject: 'ObjectCreated:CopyObject',
  AppendObject: 'ObjectCreated:AppendObject',
  PutSymlink: 'ObjectCreated:PutSymlink',
  InitiateMultipartUpload: 'ObjectCreated:InitiateMultipartUpload',
  UploadPart: 'ObjectCreated:UploadPart',
  UploadPartCopy: 'ObjectCreated:UploadPartCopy',
  CompleteMultipartUpload: 'ObjectCreated:CompleteMultipartUpload',
  DeleteObject: 'ObjectRemoved:DeleteObject',
  DeleteObjects: 'ObjectRemoved:DeleteObjects',
  AbortMultipartUpload: 'ObjectRemoved:AbortMultipartUpload',
} as const;

/** An operation that causes events. */
export type EventOperation = keyof typeof eventNames;
export type EventName = (typeof eventNames)[EventOperation];

/** The event names that a rule may subscribe to. */
export const subscribable = ['ObjectCreated:*', 'ObjectRemoved:*', ...Object.values(eventNames)] as const;
