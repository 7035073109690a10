import { LandfallError } from '#runtime';
import { type CanActivate, Injectable } from '@nestjs/common';
import { DataSource } from '#database';

/**
 * Refuses requests while the database has never been reachable since the process started: TypeORM
 * knows no entities until then.
 */
@Injectable()
export class DatabaseGuard implements CanActivate {
  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError database.unavailable */
  canActivate(): boolean {
    if (!this.source.isInitialized) throw new LandfallError('database.unavailable');
    return true;
  }
}
