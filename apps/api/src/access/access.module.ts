import { Module } from '@nestjs/common';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { EventAccessGuard, UploadAccessGuard } from './access.guard.js';
import { TokenIssuer } from './token-issuer.js';
import { TokensController } from './tokens.controller.js';

/** Issues browser tokens and guards the routes that accept them. */
@Module({
  controllers: [TokensController],
  providers: [TokenIssuer, ApiKeyGuard, EventAccessGuard, UploadAccessGuard],
  exports: [ApiKeyGuard, EventAccessGuard, UploadAccessGuard],
})
export class AccessModule {}
