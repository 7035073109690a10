/** Something that happened to an object, as an event notification of OSS tells of it. */
export interface OssEvent {
  /** Such as `ObjectCreated:PutObject`, without the `oss:` of EventBridge. */
  readonly name: string;
  /** Whether the object landed or was removed. */
  readonly change: 'landed' | 'removed';
  readonly bucket: string;
  /** As it is in the event: whether OSS encodes any of it is not documented. */
  readonly objectKey: string;
  /** Unquoted, upper-case. */
  readonly etag: string | null;
  readonly sizeBytes: number | null;
  /** Of the request that caused the event: a callback of the same upload has it too. */
  readonly requestId: string | null;
  readonly eventTime: Date | null;
  /** The `x:` variables of the upload's callback, without their `x:`. */
  readonly vars: Readonly<Record<string, string>>;
}
