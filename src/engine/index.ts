export { fileSaver } from './file-saver.ts';
export { fileJournal, memoryJournal, readJournal, type Journal } from './journal.ts';
export { runPlaybook, type RunOptions } from './run.ts';
export type { Saver } from './save.ts';
