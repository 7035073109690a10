import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks for. */
export interface Selector {
  metric: string;
  matchers: { label: string; operator: string; value: string }[];
}

export interface Asked {
  selectors: Selector[];
  /** Labels that it groups or joins by. */
  labels: string[];
}

/** Reads an expression of PromQL. @throws where it cannot be read */
export function readExpression(expression: string): Asked {
  const selectors: Selector[] = [];
  const labels: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`cannot read ${expression} at ${node.from}`);
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier');
        selectors.push({ metric: name ? textOf(name) : '', matchers: [] });
      }
      if (node.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = [...childrenOf(node.node)].map(textOf);
        selectors.at(-1)?.matchers.push({
          label: label ?? '',
          operator: operator ?? '',
          value: JSON.parse(value ?? '') as string,
        });
      }
      if (node.name === 'LabelName' && node.node.parent?.name === 'GroupingLabels') labels.push(textOf(node));
    },
  });
  return { selectors, labels };
}

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}
