import { expect, test } from 'vitest';
import { plansIn, summarize } from './read-plans.js';

const log = `2026-01-01 LOG:  duration: 1.234 ms  plan:
	{
	  "Query Text": "SELECT … FROM uploads",
	  "Plan": {
	    "Node Type": "Limit", "Actual Rows": 2, "Actual Loops": 1,
	    "Plans": [
	      { "Node Type": "Index Scan", "Relation Name": "uploads", "Index Name": "uploads_pkey",
	        "Actual Rows": 2, "Actual Loops": 1, "Rows Removed by Filter": 700 },
	      { "Node Type": "Seq Scan", "Relation Name": "events", "Actual Rows": 5000, "Actual Loops": 3 },
	      { "Node Type": "Seq Scan", "Relation Name": "webhooks", "Actual Rows": 1, "Actual Loops": 1 }
	    ]
	  }
	}
2026-01-01 LOG:  checkpoint starting
`;

test('plans are read from the log, and say what was read whole, by which index, and how much was looked at', () => {
  expect(summarize(plansIn(log))).toEqual({
    wholeTables: ['events'],
    indexes: ['uploads_pkey'],
    rowsLookedAt: 15_000,
  });
  expect(summarize(plansIn('nothing of ours'))).toEqual({ wholeTables: [], indexes: [], rowsLookedAt: 0 });
});
