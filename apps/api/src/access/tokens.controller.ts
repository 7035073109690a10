import { Controller, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { documentSchema } from '../contract/named-schemas.js';
import { TokenIssuer } from './token-issuer.js';
import {
  type IssuedToken,
  issuedTokenSchema,
  type TokenRequest,
  tokenRequestSchema,
} from './token-request.js';

@ApiTags('tokens')
@Controller('v1/tokens')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class TokensController {
  constructor(private readonly issuer: TokenIssuer) {}

  @Post()
  @ApiOperation({
    summary: 'Issue a short-lived token for a browser to follow uploads',
    description: 'It cannot be revoked: choose the shortest lifetime that suffices.',
  })
  @ApiBody({ schema: documentSchema(tokenRequestSchema, 'input') })
  @ApiCreatedResponse({ description: 'The token', schema: documentSchema(issuedTokenSchema) })
  issueToken(@JsonBody(tokenRequestSchema) request: TokenRequest): Promise<IssuedToken> {
    return this.issuer.issue(request);
  }
}
