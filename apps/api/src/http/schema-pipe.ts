import { LandfallError } from '#runtime';
import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';

/** Parses a parameter with a zod schema. @throws LandfallError request.invalid, naming every field that is wrong */
export class SchemaPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  transform(value: unknown): z.output<Schema> {
    const result = this.schema.safeParse(value);
    if (result.success) return result.data;
    const problems = result.error.issues.map(
      (issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`,
    );
    throw new LandfallError('request.invalid', problems.join('; '));
  }
}
