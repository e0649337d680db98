// What Foundry calls newer, from what is documented of it, by the language that it is written in:
// the first part in which two versions differ decides, as numbers where both are numbers and differ
// as such, else as text; a version that only goes on where the other ends is newer.
//
// Reads pairs [candidate, installed] as JSON, prints whether each candidate is newer.

import { readFileSync } from 'node:fs';

// As `Number.isNumeric` of Foundry: the empty text is no number, although `Number('')` is 0.
const value = (part) => (part === '' ? NaN : Number(part));

function isNewer(candidate, installed) {
  const [ours, theirs] = [candidate.split('.'), installed.split('.')];
  const at = ours.findIndex((part, index) => part !== theirs[index]);
  if (at < 0) return false;
  if (at >= theirs.length) return true;
  const [a, b] = [value(ours[at]), value(theirs[at])];
  const decidedByNumbers = a < b || a > b;
  return decidedByNumbers ? a > b : ours[at] > theirs[at];
}

const pairs = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(pairs.map(([candidate, installed]) => isNewer(candidate, installed))));
