// Queues, jobs, encoders, repairs, events and webhooks: where work waits, and for what.
import { dashboard, graph, perSecond, quantile } from './panels.ts';

export const work = dashboard(
  {
    uid: 'landfall-work',
    title: 'Landfall / Work',
    means: 'Where work waits, how long it takes, and how it ends.',
  },
  {
    Queues: [
      graph(
        { title: 'Jobs', means: 'By queue and state.', unit: 'short' },
        {
          '{{queue}} {{state}}':
            'sum by (queue, state) (max by (queue, job_name, state) (landfall_queue_jobs))',
        },
      ),
      graph(
        { title: 'Longest wait', means: 'How long the oldest waiting job has waited, by queue.', unit: 's' },
        { '{{queue}}': 'max by (queue) (landfall_queue_oldest_waiting_seconds)' },
      ),
      graph(
        {
          title: 'Workers and slots',
          means: 'Workers and job slots by queue, and running jobs.',
          unit: 'short',
        },
        {
          '{{queue}} workers': 'max by (queue) (landfall_queue_workers)',
          '{{queue}} slots': 'sum by (queue) (landfall_job_slots)',
          running: 'sum(landfall_jobs_running)',
        },
      ),
      graph(
        { title: 'Outbox', means: 'Jobs that are not in a queue yet.', unit: 'short' },
        { jobs: 'max(landfall_outbox_jobs)' },
      ),
      graph(
        {
          title: 'Relay lag',
          means:
            'From recording a job to queueing it, for the oldest of each batch; and the age of the oldest waiting job.',
          unit: 's',
        },
        {
          p95: quantile(0.95, 'landfall_relay_seconds'),
          'oldest job': 'max(landfall_outbox_oldest_seconds)',
        },
      ),
      graph(
        {
          title: 'Relay',
          means: 'Jobs queued per second, by job; and batches that failed, by code.',
          unit: 'ops',
        },
        {
          '{{job_name}}': perSecond('landfall_relay_jobs_total', ['job_name']),
          'failed: {{code}}': perSecond('landfall_relay_failures_total', ['code']),
        },
      ),
    ],
    Jobs: [
      graph(
        { title: 'Completed runs', means: 'Per second, by job.', unit: 'ops' },
        { '{{job_name}}': perSecond('landfall_job_seconds_count{outcome="done"}', ['job_name']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Other runs',
          means:
            'Per second, by job and outcome. given_up: failed. retried, put_off: a service is down. handed_back: the worker is stopping. lost: another worker took the job.',
          unit: 'ops',
        },
        {
          '{{job_name}} {{outcome}}': perSecond('landfall_job_seconds_count{outcome!="done"}', [
            'job_name',
            'outcome',
          ]),
        },
        { stacked: true },
      ),
      graph(
        { title: 'Run duration', means: '95th percentile of completed runs, by job.', unit: 's' },
        { '{{job_name}}': quantile(0.95, 'landfall_job_seconds', ['job_name'], '{outcome="done"}') },
      ),
      graph(
        { title: 'Renditions', means: 'Per second: ready, and failed by code.', unit: 'ops' },
        {
          ready: perSecond('landfall_events_placed_total{type="rendition.ready"}'),
          'failed: {{code}}': perSecond('landfall_renditions_failed_total', ['code']),
        },
      ),
      graph(
        {
          title: 'Encoding speed',
          means: 'Seconds of media per second of encoding. Below 1, encoding takes longer than playing.',
          unit: 'short',
        },
        { '{{kind}}': 'landfall:encoder:speed_rate5m' },
      ),
      graph(
        {
          title: 'Media encoded',
          means: 'Seconds of video and audio per second, over all workers.',
          unit: 'short',
        },
        { '{{kind}}': perSecond('landfall_encoder_media_seconds_total', ['kind']) },
      ),
    ],
    'Scratch space and repairs': [
      graph(
        {
          title: 'Scratch space used',
          means: 'By worker. It is freed when jobs end.',
          unit: 'bytes',
        },
        { '{{instance}}': 'landfall_scratch_bytes' },
      ),
      graph(
        {
          title: 'Scratch space free',
          means: 'By worker, and the maximum for one job.',
          unit: 'bytes',
        },
        {
          '{{instance}}': 'landfall_scratch_free_bytes',
          'maximum per job': 'max(landfall_scratch_job_max_bytes)',
        },
      ),
      graph(
        {
          title: 'Repairs',
          means:
            'Per second. swept: unfinished uploads checked. followed_up: uploads found by their ticket. gone: uploads whose object is gone. removed: versions whose objects were removed.',
          unit: 'ops',
        },
        {
          '{{repair}}': perSecond('landfall_repairs_total', ['repair']),
          'failed: {{code}}': perSecond('landfall_repair_failures_total', ['code']),
        },
      ),
      graph(
        {
          title: 'Landings',
          means: 'Per second, by source. Those by ticket and reconcile had no callback.',
          unit: 'ops',
        },
        { '{{source}}': perSecond('landfall_landings_total', ['source']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Events of OSS',
          means: 'Per second, by outcome.',
          unit: 'ops',
        },
        { '{{outcome}}': perSecond('landfall_events_total', ['outcome']) },
        { stacked: true },
      ),
    ],
    'Events and webhooks': [
      graph(
        {
          title: 'Event ordering',
          means:
            'Age of the oldest event without a position, and the time until events get one (95th percentile over batches). If it is more than seconds, nobody gets events.',
          unit: 's',
        },
        {
          'oldest event': 'max(landfall_events_unplaced_oldest_seconds)',
          p95: quantile(0.95, 'landfall_event_place_seconds'),
        },
      ),
      graph(
        {
          title: 'Attempt duration',
          means:
            '95th percentile: the duration of an attempt; and the time from the event to the end of a first attempt that succeeded.',
          unit: 's',
        },
        {
          attempt: quantile(0.95, 'landfall_webhook_attempt_seconds'),
          'since the event': quantile(0.95, 'landfall_webhook_delay_seconds'),
        },
      ),
      graph(
        {
          title: 'Failed deliveries, disabled webhooks',
          means: 'Per hour: deliveries by code, webhooks by reason.',
          unit: 'short',
        },
        {
          '{{code}}': 'sum by (code) (increase(landfall_webhook_given_up_total[1h]))',
          'disabled: {{reason}}': 'sum by (reason) (increase(landfall_webhooks_disabled_total[1h]))',
        },
      ),
      graph(
        { title: 'Event readers', means: 'Open streams, and waiting requests.', unit: 'short' },
        { streams: 'sum(landfall_event_streams)', waiting: 'sum(landfall_event_feed_waiting)' },
      ),
      graph(
        { title: 'Ended streams', means: 'Per second, by reason.', unit: 'ops' },
        { '{{reason}}': perSecond('landfall_event_streams_ended_total', ['reason']) },
      ),
    ],
  },
);
