import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request with an idempotency key, and its response. */
@Entity('idempotency_keys')
@Index('idempotency_keys_created', ['createdAt'])
export class IdempotencyKey {
  /** HMAC of the client and its key, truncated to 128 bits. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  id!: string;

  /** HMAC of the request's method, URL and body. */
  @Column('bytea')
  fingerprint!: Buffer;

  /** Identifies the attempt that holds the lease; new for each attempt. */
  @Column('uuid')
  claim!: string;

  /** When the lease expires and another attempt may take over. */
  @Column('timestamptz', { name: 'claimed_until' })
  claimedUntil!: Date;

  /** The encrypted response; null until there is one. */
  @Column('bytea', { nullable: true })
  answer!: Buffer | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
