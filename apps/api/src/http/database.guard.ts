import { LandfallError } from '#runtime';
import { type CanActivate, Injectable } from '@nestjs/common';
import { DataSource } from '#database';
import { Problems } from '../contract/problems.js';

/**
 * Refuses requests until the database has been reached once since the process started: TypeORM knows
 * no entities before that.
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
