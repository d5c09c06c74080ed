import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { knownHostLines, writeCard } from './card.ts';
import { RehearsalError } from './error.ts';
import { entered, initOf, shell } from './inside.ts';
import { run, tail, type Result, type RunOptions } from './process.ts';
import { isAlive, type ProcessMark } from './process-mark.ts';
import { paths, type State } from './state.ts';
import { startSupervisor } from './supervisor.ts';
import type { HostPlan } from './topology.ts';

/** Milliseconds that a host may take to boot. */
const patience = 120_000;

/** One booted host, as it is seen from outside. */
export class RehearsalHost {
  readonly plan: HostPlan;
  readonly folder: string;
  readonly #state: State;
  readonly #log: (line: string) => void;
  readonly #signal: AbortSignal | undefined;

  constructor(plan: HostPlan, state: State, log: (line: string) => void, signal?: AbortSignal) {
    this.plan = plan;
    this.folder = paths.machine(state.directory, plan.namespace);
    this.#state = state;
    this.#log = log;
    this.#signal = signal;
  }

  /** Runs `sh -c script` inside, as root, not over SSH. */
  async exec(script: string, options?: RunOptions): Promise<Result> {
    const init = await this.#init();
    if (init === undefined) throw new RehearsalError(`${this.plan.name} is not running`);
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
    return run(entered(init, namespaces, shell(script, options?.timeout)), options);
  }

  /** Puts a freshly written card in. */
  async writeCard(): Promise<void> {
    const publicKey = await readFile(`${paths.privateKey(this.#state.directory)}.pub`, 'utf8');
    await writeCard(this.plan, this.folder, this.#state.image.base, publicKey);
  }

  async start(): Promise<void> {
    if (await this.#isOn()) throw new RehearsalError(`${this.plan.name} is running already`);
    await writeFile(join(this.folder, 'console.log'), '');
    await startSupervisor(this.plan, this.folder, this.#state.image, this.#state.topology.prefix);
    await this.#ready(0);
  }

  async reboot(): Promise<void> {
    const before = (await this.#leader())?.boots ?? 0;
    await this.exec('systemctl reboot', { timeout: 30_000 });
    await this.#ready(before);
  }

  /** Pulls the plug: nothing inside is told. */
  async kill(): Promise<void> {
    const end = Date.now() + 10_000;
    while (await this.#isOn()) {
      // The first process takes all others of its host along; nspawn then ends by itself.
      const init = await this.#init();
      if (init !== undefined) process.kill(init, 'SIGKILL');
      if (Date.now() > end) throw new RehearsalError(`${this.plan.name} could not be switched off`);
      await sleep(20);
    }
  }

  async reset(): Promise<void> {
    await this.kill();
    await this.writeCard();
    await this.start();
  }

  /** Makes known_hosts agree with the card that is in now. */
  async trust(): Promise<void> {
    const path = paths.knownHosts(this.#state.directory);
    const lines = await knownHostLines(this.plan, this.folder);
    const pattern = lines[0]?.split(' ')[0];
    const others = (await readFile(path, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line !== '' && line.split(' ')[0] !== pattern);
    await writeFile(path, [...others, ...lines, ''].join('\n'));
  }

  /** Waits until the host is up after more than `boots` boots, and SSH answers. */
  async #ready(boots: number): Promise<void> {
    const end = Date.now() + patience;
    await this.#until(end, 'did not boot', async () => ((await this.#leader())?.boots ?? 0) > boots);
    await this.#until(end, 'did not finish booting', async () =>
      /^(running|degraded)$/.test(await this.#systemState()),
    );
    if ((await this.#systemState()) === 'degraded') {
      const failed = await this.exec('systemctl list-units --failed --plain --no-legend --no-pager');
      this.#log(`${this.plan.name} booted with failed units:\n${tail(failed.stdout)}`);
    }
    await this.#until(end, 'does not answer to SSH', async () => this.#answers());
  }

  async #until(end: number, fault: string, holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      this.#signal?.throwIfAborted();
      if (!(await this.#isOn())) throw await this.#explain('went off while it was booting');
      if (Date.now() > end) throw await this.#explain(`${fault} within ${patience / 1000} s`);
      await sleep(50);
    }
  }

  /** `starting`, `running`, `degraded`…, or nothing where systemd does not answer yet. */
  async #systemState(): Promise<string> {
    if ((await this.#init()) === undefined) return '';
    const { stdout } = await this.exec('systemctl is-system-running', { timeout: 10_000 });
    return stdout.trim();
  }

  async #answers(): Promise<boolean> {
    const { topology } = this.#state;
    const { address, port, interfaceName, wires } = this.plan;
    const device = wires.find(({ name }) => name === interfaceName)?.bridge;
    // Behind a host that is not configured yet the controller cannot see it; that is not for us to judge.
    if (topology.bridges.find((bridge) => bridge.device === device)?.isModems !== true) return true;
    const scan = ['ssh-keyscan', '-T', '2', '-t', 'ed25519', '-p', String(port), address];
    const { stdout } = await run(['ip', 'netns', 'exec', topology.controller.namespace, ...scan]);
    return stdout.includes('ssh-ed25519');
  }

  /** What there is to know about a host that failed: what it printed, or else what it noted. */
  async #explain(fault: string): Promise<RehearsalError> {
    const printed = await readFile(join(this.folder, 'console.log'), 'utf8').catch(() => '');
    const noted = (await this.#init())
      ? await this.exec('systemctl list-jobs --no-pager; journalctl -b -n 15 --no-pager', { timeout: 10_000 })
      : undefined;
    const said = `${printed}\n${noted?.stdout ?? ''}`;
    return new RehearsalError(`${this.plan.name} ${fault}\n${tail(said, 30)}${remedy(said)}`);
  }

  async #init(): Promise<number | undefined> {
    const leader = await this.#leader();
    return leader && initOf(leader.pid, 'systemd');
  }

  /** How often it was booted since it was switched on, and nspawn's process. */
  async #leader(): Promise<{ boots: number; pid: number } | undefined> {
    const text = await readFile(join(this.folder, 'leader'), 'utf8').catch(() => '');
    const [boots = 0, pid = 0] = text.trim().split(' ').map(Number);
    return pid > 0 ? { boots, pid } : undefined;
  }

  /** Whether its supervisor lives: from the moment it is switched on until it is off for good. */
  async #isOn(): Promise<boolean> {
    const text = await readFile(join(this.folder, 'supervisor.json'), 'utf8').catch(() => '{}');
    const mark = JSON.parse(text) as Partial<ProcessMark>;
    return mark.pid !== undefined && isAlive(mark as ProcessMark);
  }
}

/** All hosts that stand on this machine share its limit, each takes about seven, and none says so plainly. */
function remedy(said: string): string {
  return /inotify|Too many open files/.test(said)
    ? '\n  hint: too many hosts for this machine at once: end other rehearsals, or `sysctl fs.inotify.max_user_instances=1024`'
    : '';
}
