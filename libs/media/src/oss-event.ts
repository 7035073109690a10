/** A change of an object, as reported by an OSS event notification. */
export interface OssEvent {
  /** Such as `ObjectCreated:PutObject`, without the `oss:` of EventBridge. */
  readonly name: string;
  /** Whether the object landed or was removed. */
  readonly change: 'landed' | 'removed';
  readonly bucket: string;
  /** As in the event: OSS does not document whether it is encoded. */
  readonly objectKey: string;
  /** Unquoted, upper-case. */
  readonly etag: string | null;
  readonly sizeBytes: number | null;
  /** ID of the request that caused the event; a callback of the same upload has the same one. */
  readonly requestId: string | null;
  readonly eventTime: Date | null;
  /** The `x:` variables of the upload's callback, without their prefix. */
  readonly vars: Readonly<Record<string, string>>;
}
