import type { Fact } from './read-facts.js';

/** A table of names and values. Values are user-provided text in any script, hence `<bdi>`. */
export function FactTable({ facts }: { facts: readonly Fact[] }) {
  return (
    <table class="upload-table">
      <tbody>
        {facts.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>
              <bdi>{value}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
