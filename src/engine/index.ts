export { fileJournal, memoryJournal, type Journal } from './journal.ts';
export { runPlaybook, type RunOptions } from './run.ts';
