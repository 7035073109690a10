import { defineErrors } from '#runtime';

/** Errors of comparing a bucket with the rows. */
const reconcileErrors = defineErrors({
  'reconcile.running': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'This bucket and prefix are already being reconciled',
  },
  'reconcile.inventory_invalid': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The inventory report is damaged or incomplete',
  },
  'reconcile.inventory_unsupported': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The inventory report is for another bucket, or lacks required columns',
  },
  'reconcile.inventory_missing': {
    kind: 'notFound',
    retry: 'never',
    message: 'There is no inventory report at this location',
  },
});

type ReconcileErrors = typeof reconcileErrors;
declare global {
  interface LandfallErrors extends ReconcileErrors {}
}
