// Each process, and what it needs of Postgres and of the object store.
import { QueryVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, graph, perSecond, quantile } from './panels.ts';

const here = '{instance=~"$instance"}';
const ofInstance = (labels: string) => `{instance=~"$instance", ${labels}}`;

export const processes = dashboard(
  {
    uid: 'landfall-processes',
    title: 'Landfall / Processes, Postgres, store',
    means: 'Each process, and what it needs of Postgres and of the object store.',
  },
  {
    Processes: [
      graph(
        { title: 'Processor', means: 'Cores that each process uses.', unit: 'short' },
        { '{{instance}}': `rate(process_cpu_seconds_total${here}[$__rate_interval])` },
      ),
      graph(
        {
          title: 'Memory',
          means: 'Resident, by process; without ffmpeg, which is a process of its own.',
          unit: 'bytes',
        },
        { '{{instance}}': `process_resident_memory_bytes${here}` },
      ),
      graph(
        {
          title: 'Lag of the event loop',
          means: 'The 99th percentile since the scrape before. A worker loses its jobs from 5 s on.',
          unit: 's',
        },
        { '{{instance}}': `nodejs_eventloop_lag_p99_seconds${here}` },
      ),
      graph(
        { title: 'Heap', means: 'Of V8, in use.', unit: 'bytes' },
        { '{{instance}}': `nodejs_heap_size_used_bytes${here}` },
      ),
      graph(
        { title: 'Garbage collection', means: 'Share of the time, by process.', unit: 'percentunit' },
        {
          '{{instance}}': `sum by (instance) (rate(nodejs_gc_duration_seconds_sum${here}[$__rate_interval]))`,
        },
      ),
      graph(
        {
          title: 'Starts',
          means: 'In the last half hour, by process; and processes by version.',
          unit: 'short',
        },
        {
          '{{instance}} starts': `changes(process_start_time_seconds${here}[30m])`,
          'version {{version}}': 'count by (version) (landfall_build_info)',
        },
      ),
      graph(
        { title: 'Open files', means: 'File descriptors, by process.', unit: 'short' },
        { '{{instance}}': `process_open_fds${here}` },
      ),
    ],
    Postgres: [
      graph(
        {
          title: 'Busy connections',
          means: 'By pool, of all processes; and what the pools may open.',
          unit: 'short',
        },
        {
          '{{pool}}': `sum by (pool) (landfall_database_connections${ofInstance('state="busy"')})`,
          '{{pool}} at most': `sum by (pool) (landfall_database_connections_max${here})`,
        },
      ),
      graph(
        {
          title: 'Statements that wait',
          means:
            'For a connection, by process and pool. More than a few for minutes: the pool is too small, or Postgres is slow.',
          unit: 'short',
        },
        { '{{instance}} {{pool}}': `landfall_database_waiting${here}` },
      ),
      graph(
        {
          title: 'Recording callbacks',
          means: 'The wait of the first of a batch, and the statement; 95 in 100 batches.',
          unit: 's',
        },
        {
          wait: quantile(0.95, 'landfall_callback_wait_seconds', [], here),
          statement: quantile(0.95, 'landfall_callback_commit_seconds', [], here),
        },
      ),
      graph(
        { title: 'Callbacks in a statement', means: 'The mean.', unit: 'short' },
        {
          callbacks: `sum(rate(landfall_callback_batch_size_sum${here}[$__rate_interval])) / sum(rate(landfall_callback_batch_size_count${here}[$__rate_interval]))`,
        },
      ),
    ],
    'Object store': [
      graph(
        { title: 'Requests', means: 'A second, by method and outcome.', unit: 'ops' },
        {
          '{{method}} {{outcome}}': perSecond(`landfall_store_request_seconds_count${here}`, [
            'method',
            'outcome',
          ]),
        },
      ),
      graph(
        { title: 'Time until it answers', means: '95 in 100 requests that succeed, by method.', unit: 's' },
        {
          '{{method}}': quantile(
            0.95,
            'landfall_store_request_seconds',
            ['method'],
            ofInstance('outcome="ok"'),
          ),
        },
      ),
      graph(
        { title: 'Bytes', means: 'Of objects, a second.', unit: 'Bps' },
        { '{{direction}}': perSecond(`landfall_store_bytes_total${here}`, ['direction']) },
      ),
      graph(
        {
          title: 'Errors',
          means: 'Share of the requests that fail because of the store, by code.',
          unit: 'percentunit',
        },
        { '{{outcome}}': 'landfall:store_errors:ratio_rate5m' },
      ),
    ],
    Requests: [
      graph(
        { title: 'Time of a request', means: '95 in 100, by route.', unit: 's' },
        {
          '{{method}} {{route}}': quantile(0.95, 'landfall_http_request_seconds', ['method', 'route'], here),
        },
      ),
      graph(
        {
          title: 'Keys and certificates of OSS',
          means: 'Lookups a second, by where they came from.',
          unit: 'ops',
        },
        {
          'key {{result}}': perSecond(`landfall_callback_keys_total${here}`, ['result']),
          'certificate {{result}}': perSecond(`landfall_event_certificates_total${here}`, ['result']),
        },
      ),
      graph(
        {
          title: 'Nobody vouches for it',
          means:
            'Callbacks and events without a ticket or a secret URL, a second: taken, or refused by their limit.',
          unit: 'ops',
        },
        {
          'callbacks {{result}}': perSecond(`landfall_unproven_callbacks_total${here}`, ['result']),
          'events {{result}}': perSecond(`landfall_unproven_events_total${here}`, ['result']),
        },
      ),
    ],
  },
).withVariable(
  new QueryVariableBuilder('instance')
    .label('Process')
    .query('label_values(landfall_build_info, instance)')
    .datasource({ type: 'prometheus', uid: '${datasource}' })
    .refresh(2)
    .multi(true)
    .includeAll(true)
    .allValue('.+'),
);
