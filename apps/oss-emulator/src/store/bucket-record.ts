/** What is stored of a bucket. */
export interface BucketRecord {
  readonly createdAt: string;
  readonly acl: 'private' | 'public-read' | 'public-read-write';
  readonly storageClass: string;
  /** How many zones keep its objects. */
  readonly redundancy: 'LRS' | 'ZRS';
  /** Undefined until it is first enabled. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Sub-resources that are stored and returned, by name: cors, lifecycle, policy and the like. */
  readonly settings: Readonly<Record<string, string>>;
}
