import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** A schema in the dialect of OpenAPI 2 and custom resource definitions. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

const kedaKinds = ['scaledobjects', 'triggerauthentications'];

/**
 * Writes a JSON schema for each Kubernetes kind, and for the KEDA kinds that the chart may render, where kubeconform
 * looks for them: `<group>/<kind>_<version>.json`. They reject unknown fields, as `kubectl apply` does.
 * @param kubernetes folder with the sources of Kubernetes
 * @param keda folder with the sources of KEDA
 */
export async function writeSchemas(kubernetes: string, keda: string, folder: string): Promise<void> {
  const swagger = await readFile(join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8');
  const { definitions } = JSON.parse(swagger) as { definitions: Record<string, Schema> };
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, withoutOthers(asJsonSchema(name, schema))]),
  );
  await write(join(folder, 'definitions.json'), { definitions: strict });
  for (const [name, schema] of Object.entries(definitions)) {
    const [kind, ...others] = schema['x-kubernetes-group-version-kind'] ?? [];
    if (!kind || others.length > 0 || !schema.properties?.['metadata']) continue;
    await write(placeOf(folder, kind), { $ref: `../definitions.json#/definitions/${name}` });
  }
  for (const plural of kedaKinds) {
    const text = await readFile(join(keda, `config/crd/bases/keda.sh_${plural}.yaml`), 'utf8');
    const { spec } = parse(text) as {
      spec: {
        group: string;
        names: { kind: string };
        versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
      };
    };
    for (const { name, schema } of spec.versions) {
      const place = placeOf(folder, { group: spec.group, version: name, kind: spec.names.kind });
      await write(place, withoutOthers(schema.openAPIV3Schema));
    }
  }
}

/**
 * kubeconform's `{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`; the core group is named by its version.
 */
function placeOf(folder: string, { group, version, kind }: { group: string; version: string; kind: string }) {
  return join(folder, group || version, `${kind.toLowerCase()}_${version}.json`);
}

/** Types that OpenAPI 2 cannot express: strings or numbers. */
function asJsonSchema(name: string, schema: Schema): Schema {
  if (name.endsWith('.resource.Quantity')) return { type: ['string', 'number'] };
  return schema.format === 'int-or-string' ? { type: ['string', 'integer'] } : schema;
}

/** Forbids unknown fields in objects that declare fields, at every depth. */
function withoutOthers(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const isOpen =
    additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...schema,
    ...(schema['x-kubernetes-int-or-string'] === true ? { type: ['string', 'integer'] } : {}),
    ...(items ? { items: withoutOthers(items) } : {}),
    ...(properties && !isOpen ? { additionalProperties: false } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: withoutOthers(additionalProperties) }
      : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, withoutOthers(field)]),
          ),
        }
      : {}),
  };
}

async function write(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}
