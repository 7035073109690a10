/** The stored record of a bucket. */
export interface BucketRecord {
  readonly createdAt: string;
  readonly acl: 'private' | 'public-read' | 'public-read-write';
  readonly storageClass: string;
  /** Locally (LRS) or zone-redundant (ZRS) storage. */
  readonly redundancy: 'LRS' | 'ZRS';
  /** Undefined until it is first enabled. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Sub-resources that are stored and returned as is, by name: cors, lifecycle, policy and so on. */
  readonly settings: Readonly<Record<string, string>>;
}
