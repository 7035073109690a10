// Whether Landfall is healthy: what clients notice, and the main figure of each component.
import { dashboard, graph, perSecond, quantile, stat } from './panels.ts';

export const overview = dashboard(
  {
    uid: 'landfall-overview',
    title: 'Landfall / Overview',
    means: 'Is Landfall healthy? docs/operations.md has a runbook for each alert.',
  },
  {
    Now: [
      stat(
        { title: 'Firing alerts', means: 'From deploy/prometheus/landfall-rules.yaml.', unit: 'short' },
        'count(ALERTS{alertname=~"Landfall.+", alertstate="firing"}) or vector(0)',
        { warning: 1, critical: 3 },
      ),
      stat(
        {
          title: 'Callbacks recorded',
          means: 'Share in the last hour, excluding refused callbacks.',
          unit: 'percentunit',
        },
        '1 - landfall:callback_failures:ratio_rate1h',
        { warning: 0.999, critical: 0.99, falls: true },
      ),
      stat(
        { title: 'Slowest callbacks', means: '99th percentile. OSS waits five seconds.', unit: 's' },
        'landfall:callback_seconds:p99_rate5m',
        { warning: 0.5, critical: 1 },
      ),
      stat(
        {
          title: 'Longest wait',
          means: 'How long the oldest job of any queue has waited, including retries that are due.',
          unit: 's',
        },
        'max(landfall_queue_oldest_waiting_seconds)',
        { warning: 120, critical: 1_800 },
      ),
      stat(
        {
          title: 'Outbox age',
          means:
            'How long the oldest job has waited to be queued. If it is more than seconds, the queue or Postgres is down.',
          unit: 's',
        },
        'max(landfall_outbox_oldest_seconds)',
        { warning: 10, critical: 60 },
      ),
      stat(
        { title: 'Failed uploads', means: 'In the last 15 minutes, for any reason.', unit: 'short' },
        'sum(landfall:uploads_failed:increase15m) or vector(0)',
        { warning: 1, critical: 20 },
      ),
    ],
    'What clients notice': [
      graph(
        {
          title: 'Callbacks',
          means: 'Per second, by outcome: ok, or the code they were refused with.',
          unit: 'ops',
        },
        { '{{code}}': perSecond('landfall_callbacks_total', ['code']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Callback duration',
          means: 'From the verified signature to the answer.',
          unit: 's',
        },
        {
          p50: quantile(0.5, 'landfall_callback_seconds'),
          p95: quantile(0.95, 'landfall_callback_seconds'),
          p99: quantile(0.99, 'landfall_callback_seconds'),
        },
      ),
      graph(
        {
          title: 'Requests to the API',
          means: 'Per second, by status. Excludes callbacks and requests that wait for events.',
          unit: 'ops',
        },
        { '{{status}}': perSecond('landfall_http_request_seconds_count', ['status']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Time until ready',
          means:
            'From the landing to the last rendition: 95th percentile by kind, for uploads that became ready.',
          unit: 's',
        },
        { '{{kind}}': quantile(0.95, 'landfall_upload_ready_seconds', ['kind']) },
      ),
      graph(
        { title: 'Finished uploads', means: 'Per second, by final event.', unit: 'ops' },
        {
          '{{type}}': perSecond(
            'landfall_events_placed_total{type=~"upload\\\\.(ready|failed|ignored|deleted|merged)"}',
            ['type'],
          ),
        },
      ),
      graph(
        {
          title: 'Failures by code',
          means: 'Uploads in the last 15 minutes, by error code (docs/errors.md).',
          unit: 'short',
        },
        { '{{code}}': 'landfall:uploads_failed:increase15m' },
      ),
    ],
    Internals: [
      graph(
        {
          title: 'Backlog',
          means: 'Waiting and active jobs, by queue. It should return to zero.',
          unit: 'short',
        },
        { '{{queue}}': 'max by (queue) (landfall_queue_backlog_jobs)' },
      ),
      graph(
        { title: 'Workers', means: 'Live workers, by queue.', unit: 'short' },
        { '{{queue}}': 'max by (queue) (landfall_queue_workers)' },
      ),
      graph(
        {
          title: 'Webhooks',
          means: 'Attempts per second, by outcome.',
          unit: 'ops',
        },
        { '{{outcome}}': perSecond('landfall_webhook_attempts_total', ['outcome']) },
        { stacked: true },
      ),
    ],
  },
);
