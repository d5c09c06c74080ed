export { fileJournal, memoryJournal, readJournal, type Journal } from './journal.ts';
export { runPlaybook, type RunOptions } from './run.ts';
