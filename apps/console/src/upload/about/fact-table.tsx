import type { Fact } from './read-facts.js';

/** Names and values, line by line; values are anybody's words, in any script. */
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
