// Each process, and its use of Postgres and the object store.
import { QueryVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, graph, perSecond, quantile } from './panels.ts';

const here = '{instance=~"$instance"}';
const ofInstance = (labels: string) => `{instance=~"$instance", ${labels}}`;

export const processes = dashboard(
  {
    uid: 'landfall-processes',
    title: 'Landfall / Processes, Postgres, object store',
    means: 'Each process, and its use of Postgres and the object store.',
  },
  {
    Processes: [
      graph(
        { title: 'CPU', means: 'Cores used, by process.', unit: 'short' },
        { '{{instance}}': `rate(process_cpu_seconds_total${here}[$__rate_interval])` },
      ),
      graph(
        {
          title: 'Memory',
          means: 'Resident, by process. Excludes ffmpeg, which is a separate process.',
          unit: 'bytes',
        },
        { '{{instance}}': `process_resident_memory_bytes${here}` },
      ),
      graph(
        {
          title: 'Event loop lag',
          means: '99th percentile since the previous scrape. Above 5 s, a worker loses its jobs.',
          unit: 's',
        },
        { '{{instance}}': `nodejs_eventloop_lag_p99_seconds${here}` },
      ),
      graph(
        { title: 'Heap', means: 'V8 heap in use, by process.', unit: 'bytes' },
        { '{{instance}}': `nodejs_heap_size_used_bytes${here}` },
      ),
      graph(
        { title: 'Garbage collection', means: 'Share of time, by process.', unit: 'percentunit' },
        {
          '{{instance}}': `sum by (instance) (rate(nodejs_gc_duration_seconds_sum${here}[$__rate_interval]))`,
        },
      ),
      graph(
        {
          title: 'Starts',
          means: 'In the last 30 minutes, by process; and the number of processes by version.',
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
          means: 'By pool, over all processes; and the maximum of each pool.',
          unit: 'short',
        },
        {
          '{{pool}}': `sum by (pool) (landfall_database_connections${ofInstance('state="busy"')})`,
          '{{pool}} maximum': `sum by (pool) (landfall_database_connections_max${here})`,
        },
      ),
      graph(
        {
          title: 'Waiting statements',
          means:
            'Waiting for a connection, by process and pool. If there are more than a few for minutes, the pool is too small or Postgres is slow.',
          unit: 'short',
        },
        { '{{instance}} {{pool}}': `landfall_database_waiting${here}` },
      ),
      graph(
        {
          title: 'Recording callbacks',
          means: '95th percentile over batches: the longest wait in a batch, and its statement.',
          unit: 's',
        },
        {
          wait: quantile(0.95, 'landfall_callback_wait_seconds', [], here),
          statement: quantile(0.95, 'landfall_callback_commit_seconds', [], here),
        },
      ),
      graph(
        { title: 'Callbacks per statement', means: 'Mean.', unit: 'short' },
        {
          callbacks: `sum(rate(landfall_callback_batch_size_sum${here}[$__rate_interval])) / sum(rate(landfall_callback_batch_size_count${here}[$__rate_interval]))`,
        },
      ),
    ],
    'Object store': [
      graph(
        { title: 'Requests', means: 'Per second, by method and outcome.', unit: 'ops' },
        {
          '{{method}} {{outcome}}': perSecond(`landfall_store_request_seconds_count${here}`, [
            'method',
            'outcome',
          ]),
        },
      ),
      graph(
        { title: 'Response time', means: '95th percentile of successful requests, by method.', unit: 's' },
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
        { title: 'Throughput', means: 'Object bytes per second, by direction.', unit: 'Bps' },
        { '{{direction}}': perSecond(`landfall_store_bytes_total${here}`, ['direction']) },
      ),
      graph(
        {
          title: 'Errors',
          means: 'Share of requests that fail because of the store, by code.',
          unit: 'percentunit',
        },
        { '{{outcome}}': 'landfall:store_errors:ratio_rate5m' },
      ),
    ],
    Requests: [
      graph(
        { title: 'Request duration', means: '95th percentile, by route.', unit: 's' },
        {
          '{{method}} {{route}}': quantile(0.95, 'landfall_http_request_seconds', ['method', 'route'], here),
        },
      ),
      graph(
        {
          title: 'OSS keys and certificates',
          means: 'Lookups per second, by result.',
          unit: 'ops',
        },
        {
          'key {{result}}': perSecond(`landfall_callback_keys_total${here}`, ['result']),
          'certificate {{result}}': perSecond(`landfall_event_certificates_total${here}`, ['result']),
        },
      ),
      graph(
        {
          title: 'Unproven callbacks and events',
          means: 'Per second, without a ticket or a secret URL: taken, or refused because of the limit.',
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
