/** The parts of a JSON Schema that the page uses. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
}

/** Renders a table of the fields of an object: values, defaults and meanings. */
export function renderFieldTable({ properties = {}, required = [] }: SchemaNode): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    const fallback = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
    const cells = [
      `\`${name}\``,
      describeValue(field),
      required.includes(name) ? '**required**' : fallback.replaceAll('"', ''),
      field.description ?? '',
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  });
  return `| field | value | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function describeValue(field: SchemaNode): string {
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  const [first, second] = field.anyOf ?? [];
  if (first && second)
    return `${describeValue(first)} or ${second.type === 'array' ? 'a list' : describeValue(second)}`;
  switch (field.type) {
    case 'boolean':
      return '`true`, `false`';
    case 'integer':
    case 'number':
      return describeRange(field);
    case 'array':
      return field.items?.properties || field.items?.oneOf ? 'list, see below' : 'list of numbers';
    case 'object':
      return field.properties ? 'see below' : 'map of names to texts';
    default:
      return 'text';
  }
}

function describeRange({
  type,
  minimum,
  exclusiveMinimum,
  maximum = Number.MAX_SAFE_INTEGER,
}: SchemaNode): string {
  const noun = type === 'integer' ? 'integer' : 'number';
  const least = exclusiveMinimum === undefined ? `${minimum ?? 0}` : `above ${exclusiveMinimum}`;
  return maximum === Number.MAX_SAFE_INTEGER
    ? `${noun}, ${least} or more`
    : `${noun}, ${least} to ${maximum}`;
}
