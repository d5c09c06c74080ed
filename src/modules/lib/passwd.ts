/** One line of /etc/passwd. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** One line of /etc/group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** One line of /etc/shadow, as far as it concerns us. */
export interface Shadow {
  readonly hash: string;
  /** Days since 1970 after which the account is closed; absent: never. */
  readonly expires?: number;
  /** Days that a password must and may stay, and those of warning; absent: as long as anybody likes. */
  readonly shortest?: number;
  readonly longest?: number;
  readonly warning?: number;
}

/** The account of that name among lines of /etc/passwd. */
export function findAccount(lines: readonly string[], name: string): Account | undefined {
  const fields = lines.map((line) => line.split(':')).find(([first]) => first === name);
  if (fields === undefined || fields.length < 7) return undefined;
  const [, , uid = '', gid = '', comment = '', home = '', ...shell] = fields;
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell: shell.join(':') };
}

/** Groups among lines of /etc/group; `+` lines of NIS and broken ones are left out. */
export function parseGroups(lines: readonly string[]): readonly Group[] {
  return lines.flatMap((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':');
    if (name === '' || !/^\d+$/.test(gid)) return [];
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
  });
}

/** The shadow entry of that name; undefined where the lines could not be read or it is not there. */
export function findShadow(lines: readonly string[], name: string): Shadow | undefined {
  const fields = lines.map((line) => line.split(':')).find(([first]) => first === name);
  if (fields === undefined) return undefined;
  const number = (name: string, field: string | undefined): Record<string, number> =>
    field !== undefined && /^-?\d+$/.test(field) ? { [name]: Number(field) } : {};
  return {
    hash: fields[1] ?? '',
    ...number('shortest', fields[3]),
    ...number('longest', fields[4]),
    ...number('warning', fields[5]),
    ...number('expires', fields[7]),
  };
}

/** Whether `!` stands before the hash. A bare `!` or `*` never let anybody in, and counts as locked too. */
export function isLocked(hash: string): boolean {
  return hash.startsWith('!') || hash === '*';
}

/** The group with this name or number. */
export function findGroup(groups: readonly Group[], nameOrNumber: string): Group | undefined {
  return (
    groups.find((group) => group.name === nameOrNumber) ??
    (/^\d+$/.test(nameOrNumber) ? groups.find((group) => group.gid === Number(nameOrNumber)) : undefined)
  );
}
