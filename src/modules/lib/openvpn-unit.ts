import type { Failure } from '../../model/module.ts';
import type { Answers } from './answers.ts';
import { readUnit, type Unit } from './systemctl.ts';

/** Why an end of a tunnel could not be asked. */
export type OpenvpnRefusal =
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'missing' };

/** What both ends of a tunnel need first: OpenVPN, root, and systemd that runs it. */
export function readOpenvpnUnit(
  answers: Answers,
): OpenvpnRefusal | { readonly kind: 'unit'; readonly unit: Unit } {
  if (answers.has('missing')) return { kind: 'missing' };
  if (answers.has('denied'))
    return failed('only root may look at the files of OpenVPN', 'it needs root: say `become: true`');
  const unit = readUnit(answers);
  if (!unit) return failed('this host does not run systemd, which starts OpenVPN', 'use another host');
  return { kind: 'unit', unit };
}

function failed(message: string, hint: string): OpenvpnRefusal {
  return { kind: 'failed', failure: { failed: message, hint } };
}
