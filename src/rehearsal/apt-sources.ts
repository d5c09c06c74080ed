import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from './process.ts';

/** This machine's release, as /etc/os-release tells it. */
export interface Release {
  /** `debian`, `ubuntu`, … */
  readonly id: string;
  readonly like: readonly string[];
  readonly codename?: string;
}

export async function thisRelease(): Promise<Release> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1]?.trim() || undefined;
  const codename = value('VERSION_CODENAME');
  return { id: value('ID') ?? '', like: (value('ID_LIKE') ?? '').split(' '), ...(codename && { codename }) };
}

/**
 * Puts into `folder` what mmdebstrap needs to get packages as this machine does: copies of the files that name
 * the distribution's own sources (none where there are none, for its default mirror), with the release changed
 * to `suite`, and the settings of transport: proxies, certificates, credentials.
 */
export async function copyAptSources(folder: string, suite: string): Promise<void> {
  await mkdir(join(folder, 'sources'), { recursive: true, mode: 0o700 });
  const { id, codename } = await thisRelease();
  for (const [index, path] of (await sourceFiles(id, codename)).entries()) {
    const copy = join(folder, 'sources', `${index}-${basename(path)}`);
    if (codename === undefined || codename === suite) await copyFile(path, copy);
    else await writeFile(copy, (await readFile(path, 'utf8')).replaceAll(codename, suite));
  }
  const dump = await run(['apt-config', 'dump']);
  const transport = dump.stdout.split('\n').filter((line) => /^Acquire::(?!Languages)/.test(line));
  const credentials = [
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
  ];
  await writeFile(join(folder, 'apt.conf'), [...transport, ...credentials, ''].join('\n'), { mode: 0o600 });
}

/** Files with entries of the distribution itself; what others offer for it is not part of a fresh card. */
async function sourceFiles(id: string, codename: string | undefined): Promise<readonly string[]> {
  const format = '$(SOURCESENTRY)|$(ORIGIN)|$(RELEASE)';
  const { stdout } = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const entries = stdout.split('\n').flatMap((line) => {
    const [entry = '', origin = '', release = ''] = line.split('|');
    // `/etc/apt/sources.list.d/debian.sources:2`
    const path = entry.replace(/:\d+$/, '');
    return path.startsWith('/') ? [{ path, origin, release }] : [];
  });
  const own = entries.filter(({ origin }) => origin.toLowerCase() === id);
  const named = entries.filter(({ release }) => codename !== undefined && release.startsWith(codename));
  return [...new Set((own.length > 0 ? own : named).map(({ path }) => path))];
}
