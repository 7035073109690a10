import { useState } from 'preact/hooks';
import { ProblemNote } from '../parts/problem-note.js';
import { Scrolled } from '../parts/scrolled.js';
import { useLoaded } from '../parts/use-loaded.js';
import { client } from '../session/session.js';
import { words } from './words.js';

/** The parts of a JSON Schema that are shown. */
interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
}

/** All fields of the file, from its schema; loaded when opened. */
export function FieldReference() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{words.value.fields}</summary>
      {isOpen && <Fields />}
    </details>
  );
}

function Fields() {
  const { value, problem, reload } = useLoaded((signal) => client().pipelines.schema({ signal }), []);
  if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
  if (!value) return <p aria-busy="true" />;
  const pipeline = (value as Node).properties?.['pipelines']?.items;
  const { match, renditions, ...own } = pipeline?.properties ?? {};
  const specs = renditions?.items?.oneOf ?? renditions?.items?.anyOf ?? [];
  return (
    <>
      <FieldTable title={words.value.ofPipeline} node={{ ...pipeline, properties: own }} />
      {match && <FieldTable title={words.value.ofMatch} node={match} />}
      {specs.map((spec) => {
        const kind = String(spec.properties?.['kind']?.const);
        return <FieldTable key={kind} title={`kind: ${kind}`} node={spec} />;
      })}
    </>
  );
}

function FieldTable({ title, node }: { title: string; node: Node }) {
  const { field, means, usual, required } = words.value;
  return (
    <Scrolled label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {[field, usual, means].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(node.properties ?? {}).map(([name, one]) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                {one.default !== undefined ? (
                  <code>{JSON.stringify(one.default)}</code>
                ) : node.required?.includes(name) ? (
                  required
                ) : (
                  ''
                )}
              </td>
              <td>
                {one.description} {one.enum && <code>{one.enum.map(String).join(' | ')}</code>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
