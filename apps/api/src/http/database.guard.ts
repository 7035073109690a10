import { LandfallError } from '#runtime';
import { type CanActivate, Injectable } from '@nestjs/common';
import { DataSource } from '#database';

/** Answers at once while the database has not been there since this process began: TypeORM knows no entities before. */
@Injectable()
export class DatabaseGuard implements CanActivate {
  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError database.unavailable */
  canActivate(): boolean {
    if (!this.source.isInitialized) throw new LandfallError('database.unavailable');
    return true;
  }
}
