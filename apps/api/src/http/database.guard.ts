import { LandfallError } from '#runtime';
import { type CanActivate, Injectable } from '@nestjs/common';
import { DataSource } from '#database';
import { Problems } from '../contract/problems.js';

/**
 * Refuses requests while the database has never been reachable since the process started: TypeORM
 * knows no entities until then.
 */
@Problems('database.unavailable')
@Injectable()
export class DatabaseGuard implements CanActivate {
  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError database.unavailable */
  canActivate(): boolean {
    if (!this.source.isInitialized) throw new LandfallError('database.unavailable');
    return true;
  }
}
