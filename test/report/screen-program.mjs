// Run inside tmux by screen.test.ts: feeds a reporter with stages of events, each when its file `go-N` appears.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [code, folder] = process.argv.slice(2);
const { createReporter } = await import(`${code}/report/index.js`);
const stages = JSON.parse(readFileSync(`${folder}/stages.json`, 'utf8'));
let now = 0;
const reporter = await createReporter({
  format: 'auto',
  write: (text) => process.stdout.write(text),
  isTerminal: process.stdout.isTTY,
  columns: () => process.stdout.columns,
  rows: () => process.stdout.rows,
  color: true,
  verbosity: 0,
  diff: false,
  now: () => now,
  version: '0.1.0',
});
process.once('SIGINT', async () => {
  await reporter.finish();
  process.exit(130);
});
for (const [index, stage] of stages.entries()) {
  while (!existsSync(`${folder}/go-${index}`)) await sleep(20);
  now = stage.now;
  for (const event of stage.events) reporter.event(event);
}
await reporter.finish();
