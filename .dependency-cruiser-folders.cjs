/**
 * The second half of `npm run check:imports`: the folders within a room use each other in one direction, so that what one
 * needs can be read without the others. Without tests and fixtures, which may look at all of their room.
 */
const { options } = require('./.dependency-cruiser.cjs');

module.exports = {
  forbidden: [
    {
      name: 'no-knot',
      comment: 'Folders of a room use each other in one direction: move what both need into a third',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(apps|libs|bench)/' },
      to: { circular: true },
    },
  ],
  options: { ...options, exclude: { path: ['(^|/)dist/', '\\.(test|fixture)\\.ts$', '(^|/)test-data/'] } },
};
