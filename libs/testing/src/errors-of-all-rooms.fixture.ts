// A program registers the errors of the rooms whose index.ts it imports. Tests import single files, so they register all here.
import '../../../apps/api/src/errors.js';
import '../../../apps/cli/src/errors.js';
import '../../database/src/errors.js';
import '../../events/src/errors.js';
import '../../idempotency/src/errors.js';
import '../../jobs/src/errors.js';
import '../../local/src/errors.js';
import '../../management/src/errors.js';
import '../../media/src/errors.js';
import '../../oss/src/errors.js';
import '../../pipelines/src/errors.js';
import '../../reconcile/src/errors.js';
import '../../storage/src/errors.js';
import '../../tracing/src/errors.js';
import '../../uploads/src/errors.js';
import '../../webhooks/src/errors.js';
