import { DataSource } from '#database';
import { EventReader } from '#events';
import { LandfallError } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type ApiConfig, configToken } from '../tokens.js';
import { signToken } from './access-token.js';
import type { IssuedToken, TokenRequest } from './token-request.js';

/** Issues tokens. They are signed, not stored, so they end only by expiry and cannot be revoked. */
@Injectable()
export class TokenIssuer {
  private readonly reader: EventReader;

  constructor(
    source: DataSource,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {
    this.reader = new EventReader(source);
  }

  /** @throws LandfallError request.invalid */
  async issue({ scopes, uploads, tickets, vars, lifetimeS }: TokenRequest): Promise<IssuedToken> {
    const { live, http } = this.config;
    const seconds = lifetimeS ?? live.tokenLifetimeS;
    if (seconds > live.tokenLifetimeS)
      throw new LandfallError(
        'request.invalid',
        `lifetimeS: must be at most ${live.tokenLifetimeS} (LIVE_TOKEN_LIFETIME_S)`,
      );
    const expiresAt = new Date((Math.floor(Date.now() / 1_000) + seconds) * 1_000);
    const pins = { uploadIds: uploads, ticketIds: tickets, vars: vars ?? null };
    const { next } = await this.reader.page('latest', {}, 1);
    return {
      token: signToken({ scopes, pins, expiresAt }, http.linkSecret),
      scopes,
      expiresAt: expiresAt.toISOString(),
      cursor: next ?? 'beginning',
    };
  }
}
