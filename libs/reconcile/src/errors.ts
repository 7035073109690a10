import { defineErrors } from '#runtime';

/** The comparison of a bucket with the rows. */
const reconcileErrors = defineErrors({
  'reconcile.running': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The same bucket and prefix are being reconciled already',
  },
  'reconcile.inventory_invalid': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The inventory report is damaged, incomplete or not of this kind',
  },
});

type ReconcileErrors = typeof reconcileErrors;
declare global {
  interface LandfallErrors extends ReconcileErrors {}
}
