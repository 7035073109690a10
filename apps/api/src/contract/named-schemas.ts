import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiQuery } from './annotations.js';

type SchemaOrReference = ApiResponseSchemaHost['schema'];
export type JsonSchema = Record<string, unknown>;
type Direction = 'input' | 'output';

const components = new Map<string, JsonSchema>();

/** Returns the named schemas in alphabetical order: `components.schemas` of the document. */
export function namedSchemas(): Record<string, JsonSchema> {
  return Object.fromEntries([...components].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Converts a zod schema to an OpenAPI 3.1 schema, so the document cannot diverge from the code. A
 * schema with a name, `.meta({ id: 'Upload' })`, becomes a component and is referenced, which gives
 * generated clients a type of that name.
 * @throws Error if two different schemas have the same name
 */
export function documentSchema(schema: z.ZodType, io: Direction = 'output'): SchemaOrReference {
  // Wrapped in an array so that the outermost schema, too, becomes a component if it has a name.
  const { items, $defs = {} } = z.toJSONSchema(z.array(schema), {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      simplify(jsonSchema, io);
      discriminate(jsonSchema, zodSchema);
    },
  });
  for (const [name, definition] of Object.entries($defs)) keep(name, definition);
  return refer(items) as SchemaOrReference;
}

/** Documents a query parameter that takes comma-separated values. */
export function ApiListQuery(name: string, item: z.ZodType): MethodDecorator {
  const schema = { type: 'array', minItems: 1, items: documentSchema(item, 'input') } as SchemaOrReference;
  return ApiQuery({ name, required: false, style: 'form', explode: false, schema });
}

function keep(name: string, definition: JsonSchema): void {
  const { id: _, ...schema } = refer(definition);
  const known = components.get(name);
  if (known && JSON.stringify(known) !== JSON.stringify(schema))
    throw new Error(`two schemas of the API have the name ${name}`);
  components.set(name, schema);
}

/** Rewrites zod's references to point at the components of the document. */
function refer(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/');
  return JSON.parse(text) as JsonSchema;
}

/** Removes redundant constraints, and from outputs `additionalProperties: false`, so that adding fields stays compatible. */
function simplify(schema: JsonSchema, io: Direction): void {
  if (schema['format'] !== undefined) delete schema['pattern'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (JSON.stringify(schema['propertyNames']) === '{"type":"string"}') delete schema['propertyNames'];
  if (io === 'output' && schema['additionalProperties'] === false) delete schema['additionalProperties'];
}

/** Adds the OpenAPI `discriminator` of a union for generated clients. */
function discriminate(schema: JsonSchema, source: unknown): void {
  if (!(source instanceof z.ZodDiscriminatedUnion)) return;
  const { discriminator, options } = source.def;
  const mapping = (options as z.ZodObject<Record<string, z.ZodLiteral<string>>>[]).map((option) => [
    option.shape[discriminator]?.value,
    `#/components/schemas/${option.meta()?.id}`,
  ]);
  schema['discriminator'] = { propertyName: discriminator, mapping: Object.fromEntries(mapping) as object };
}
