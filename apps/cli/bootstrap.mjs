// The first step of `npm start`, `npm run dev`, `npm test`, `npm run bench` and `npm run landfall`: plain JavaScript that runs on a
// fresh clone. Syntax of old Node versions in this file, so that they too can read the sentence below.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(
    'Landfall needs Node 20 or newer to start; this is Node ' +
      process.versions.node +
      '. See https://nodejs.org',
  );
  process.exit(1);
}
import('./bootstrap/run.mjs').then((room) => room.run(process.argv.slice(2)));
