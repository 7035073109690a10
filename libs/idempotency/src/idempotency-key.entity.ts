import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request that must not be done twice, and its answer. */
@Entity('idempotency_keys')
@Index('idempotency_keys_created', ['createdAt'])
export class IdempotencyKey {
  /** Stands for the client and its key: neither can be read from it. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  id!: string;

  /** Stands for the request: the same for the same method, address and body. */
  @Column('bytea')
  fingerprint!: Buffer;

  /** Who works on it; another one for each try. */
  @Column('uuid')
  claim!: string;

  /** When whoever works on it counts as dead. */
  @Column('timestamptz', { name: 'claimed_until' })
  claimedUntil!: Date;

  /** Sealed; null until there is one. */
  @Column('bytea', { nullable: true })
  answer!: Buffer | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
