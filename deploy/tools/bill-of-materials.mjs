// npm sbom … | node bill-of-materials.mjs: leaves out of a bill of materials (CycloneDX) what is not below ./node_modules.
// npm lists what package-lock.json names for every platform, and refuses to list a tree from which packages were removed.
import { globSync, readFileSync } from 'node:fs';

const installed = new Set(
  globSync(['**/node_modules/*/package.json', '**/node_modules/@*/*/package.json']).map((file) => {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
    return `${name}@${version}`;
  }),
);
const bill = JSON.parse(readFileSync(0, 'utf8'));
const isHere = (ref) => installed.has(ref) || ref === bill.metadata.component['bom-ref'];
bill.components = bill.components.filter((component) => isHere(component['bom-ref']));
bill.dependencies = bill.dependencies
  .filter(({ ref }) => isHere(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isHere) }));
console.log(JSON.stringify(bill));
