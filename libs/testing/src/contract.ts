import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The parts of docs/openapi.json that are read here. A test keeps the file equal to the code. */
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}
interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
type Schema = Record<string, unknown>;

/** A response of an api. */
export interface Answer {
  method: string;
  path: string;
  status: number;
  /** Including its parameters; empty if the response has none. */
  contentType: string;
  body: string;
}

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Document;
const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => methods.has(method))
    .map(([method, { operationId, responses }]) => ({
      method: method.toUpperCase(),
      path,
      pattern: patternOf(path),
      operationId,
      responses,
    })),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'contract', components: { schemas: strictly(document.components.schemas) } });
const validators = new Map<string, ValidateFunction>();

/** Finds the operation of a request; undefined if the document has none. */
function findOperation(method: string, path: string): (typeof operations)[number] | undefined {
  return operations
    .filter((operation) => operation.method === method && operation.pattern.test(path))
    .toSorted((one, other) => literals(other.path) - literals(one.path))[0];
}

/**
 * Validates a response against the document. Returns every deviation: an undocumented status, content
 * type or problem code, or a body that does not match its schema or has undocumented fields. If the
 * document has no operation for the request, only problems are validated.
 */
export function contractBreaches({ method, path, status, contentType, body }: Answer): string[] {
  const operation = findOperation(method, path);
  const mediaType = contentType.split(';', 1)[0] ?? '';
  const isProblem = mediaType === 'application/problem+json';
  if (!operation) return isProblem ? breachesOf('Problem', refer('Problem'), body) : [];
  const name = `${operation.operationId}: ${status}${isProblem ? ` ${codeOf(body)}` : ''}`;
  const response = operation.responses[String(status)];
  if (!response) return [`${name} is not documented`];
  if (!response.content) return body === '' ? [] : [`${name} has a body, which is not documented`];
  const content = response.content[mediaType];
  if (!content) return [`${name} has the content type ${mediaType}, which is not documented`];
  if (!/[/+]json$/.test(mediaType)) return [];
  return breachesOf(name, content.schema, body);
}

function breachesOf(name: string, schema: Schema, body: string): string[] {
  const key = JSON.stringify(schema);
  const validate = validators.get(key) ?? ajv.compile(absolute(schema));
  validators.set(key, validate);
  if (validate(JSON.parse(body))) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${name}: ${instancePath} ${message} ${String(params['additionalProperty'] ?? '')}`.trimEnd(),
  );
}

const refer = (component: string): Schema => ({ $ref: `#/components/schemas/${component}` });

function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/')) as Schema;
}

/** Forbids undocumented fields, which clients must tolerate but tests must not find. */
function strictly(schemas: Record<string, Schema>): Record<string, Schema> {
  return JSON.parse(JSON.stringify(schemas), (_key, value: unknown) => {
    const isClosed =
      typeof value === 'object' &&
      value !== null &&
      'properties' in value &&
      !('additionalProperties' in value);
    return isClosed ? { ...value, additionalProperties: false } : value;
  }) as Record<string, Schema>;
}

function codeOf(body: string): string {
  return (JSON.parse(body) as { code?: string }).code ?? '';
}

/** Converts the path of an operation to a pattern. A final `{path}`, as of a stream, matches several segments. */
function patternOf(path: string): RegExp {
  const pattern = path
    .replace(/[.+]/g, String.raw`\$&`)
    .replace(/\{path\}$/, '.+')
    .replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`);
}

const literals = (path: string): number => path.split('/').filter((part) => !part.startsWith('{')).length;
