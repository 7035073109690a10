import type { Pool, PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { poolOf } from './data-source.js';

/** Lists the columns of an entity for SELECT or RETURNING, under the names of its properties. */
type Columns = (entity: Function, alias: string) => string;

/**
 * A statement on a hot path. TypeORM builds SQL and entities for each call, which takes several times as long as running it;
 * this text is built once, and each connection prepares it once, by name. Columns are listed explicitly, because a prepared
 * `SELECT *` breaks when a migration adds a column.
 */
export class PreparedStatement<Row extends object = never> {
  /** Shared by all data sources, which have the same entities. */
  #text: string | undefined;

  /** @param name unique in this process; at most 63 bytes */
  constructor(
    private readonly name: string,
    private readonly write: (columns: Columns) => string,
  ) {}

  /** Runs in the transaction of a manager, or on any connection of the pool. @returns the rows */
  async run(on: DataSource | EntityManager, values: readonly unknown[]): Promise<Row[]> {
    const { name } = this;
    const text = (this.#text ??= this.write((entity, alias) => columnsOf(on, entity, alias)));
    const connection = await connectionOf(on);
    const { rows } = await connection.query<Row>({ name, text, values: [...values] });
    return rows;
  }
}

function columnsOf(on: DataSource | EntityManager, entity: Function, alias: string): string {
  return sourceOf(on)
    .getMetadata(entity)
    .columns.filter(({ isSelect }) => isSelect)
    .map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS "${propertyName}"`)
    .join(', ');
}

async function connectionOf(on: DataSource | EntityManager): Promise<Pool | PoolClient> {
  if (!(on instanceof DataSource) && on.queryRunner) return (await on.queryRunner.connect()) as PoolClient;
  return poolOf(sourceOf(on));
}

function sourceOf(on: DataSource | EntityManager): DataSource {
  return on instanceof DataSource ? on : on.dataSource;
}
