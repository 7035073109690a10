import { LandfallError } from '#runtime';
import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';

/**
 * Parses every parameter whose decorator names a schema: `@Param('id', { schema })`,
 * `@JsonBody(schema)`.
 * Errors: request.invalid, naming every invalid field
 */
@Injectable()
export class SchemaPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ validateCustomDecorators: true });
    this.exceptionFactory = (issues) =>
      new LandfallError('request.invalid', this.formatIssueMessages(issues).join('; '));
  }
}
