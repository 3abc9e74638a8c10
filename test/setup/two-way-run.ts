import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { SeededRandom } from '../../simulators/common/seeded-random.js';
import { type CrmAccount, type CrmStage, type LinkedRoom } from './crm-stage.js';
import { eventually } from './service.js';

interface Said {
  readonly id: string;
  content: string;
  isEdited: boolean;
  isDeleted: boolean;
  readonly annotations: string[];
}

const isHead = (line: string): boolean => line.startsWith('--- Conversation, kept by Liaison');
const isFoot = (line: string): boolean => line.startsWith('--- End of the conversation');

/**
 * Two sides that write as chance has it, and what must stand at the record after that: one entry with exactly the conversation as
 * it is, and every line that a person wrote there and nobody took away.
 */
export class TwoWayRun {
  readonly #random: SeededRandom;
  readonly #messages: Said[] = [];
  /** Lines that people wrote and did not take away again. */
  readonly #theirs = new Set<string>();
  readonly #dropped = new Set<string>();
  readonly #stages: string[] = [];
  #title: string | undefined;
  #isRemoved = false;
  #lines = 0;
  /** What was done, for whoever reads of a failure. */
  readonly done: string[] = [];
  faults = 0;

  private constructor(
    private readonly stage: CrmStage,
    private readonly room: LinkedRoom,
    private readonly seed: number,
  ) {
    this.#random = new SeededRandom(seed);
    this.#messages.push({ id: `${room.externalId}-0`, ...fresh('Hello') });
  }

  static async begin(stage: CrmStage, account: CrmAccount, seed: number): Promise<TwoWayRun> {
    return new TwoWayRun(stage, await stage.room(account, 'Hello'), seed);
  }

  /** Plays it to its end and answers what is wrong then; nothing is right. */
  async play(): Promise<readonly string[]> {
    await this.#move();
    const steps = this.#random.between(5, 14);
    for (let step = 0; step < steps; step++) await this.#step();
    // The entry is looked at when there is something to tell.
    await this.#say();
    await this.#settled();
    const wrong = [...this.#wrongWithDay(), ...this.#wrongWithNews(), ...(await this.#failures())];
    if (wrong.length === 0 && this.#random.hits(0.2)) wrong.push(...(await this.#unlinked()));
    const { platform } = this.room.account;
    return wrong.map((what) => `seed ${this.seed}, ${platform}: ${what}\n  ${this.done.join('\n  ')}`);
  }

  /** How many times something was wanted, and how many tries that took. */
  async effort(): Promise<{ readonly wanted: number; readonly tries: number }> {
    const [row] = await this.stage.rows<{ wanted: number; tries: number }>(
      `select coalesce(sum(wanted), 0)::int as wanted, coalesce(sum(attempts), 0)::int as tries from crm_changes where link_id = $1`,
      [this.room.linkId],
    );
    return row ?? { wanted: 0, tries: 0 };
  }

  async #step(): Promise<void> {
    const acts: readonly (readonly [number, () => Promise<void> | void])[] = [
      [5, () => this.#say()],
      [3, () => this.#edit()],
      [1, () => this.#delete()],
      [2, () => this.#annotate()],
      [6, () => this.#write()],
      [2, () => this.#drop()],
      [1, () => this.#rename()],
      [0.7, () => this.#removeEntry()],
      [0.7, () => this.#damageFrame()],
      [2, () => this.#move()],
      [2, () => this.#echo()],
      [5, () => this.#fail()],
      [3, () => this.#wait()],
    ];
    let place = this.#random.next() * acts.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of acts) {
      place -= weight;
      if (place < 0) return act();
    }
  }

  async #say(): Promise<void> {
    const id = `${this.room.externalId}-${this.#messages.length}`;
    const said = { id, ...fresh(`said ${this.#messages.length}`) };
    this.#messages.push(said);
    this.done.push(`says ${said.content}`);
    await this.stage.tell(this.stage.said(this.room.externalId, id, said.content));
  }

  async #edit(): Promise<void> {
    const said = this.#oneOf(this.#messages.filter(({ isDeleted }) => !isDeleted));
    if (said === undefined) return;
    said.content = `${said.content.split(', now')[0] ?? ''}, now ${++this.#lines}`;
    said.isEdited = true;
    // What was found in the text that was there before is gone with it.
    said.annotations.length = 0;
    this.done.push(`edits to ${said.content}`);
    await this.stage.tell(this.stage.edited(this.room.externalId, said.id, said.content));
  }

  async #delete(): Promise<void> {
    const said = this.#oneOf(this.#messages.filter(({ isDeleted }) => !isDeleted));
    if (said === undefined) return;
    said.isDeleted = true;
    said.annotations.length = 0;
    this.done.push(`deletes ${said.content}`);
    await this.stage.tell(this.stage.deleted(this.room.externalId, said.id));
  }

  async #annotate(): Promise<void> {
    const said = this.#oneOf(this.#messages.filter(({ isDeleted }) => !isDeleted));
    if (said === undefined) return;
    const text = `action ${++this.#lines} of ${said.id}`;
    said.annotations.push(text);
    this.done.push(`annotates ${text}`);
    await this.stage.tell(this.stage.annotated(this.room.externalId, said.id, `${said.id} ${text}`, text));
  }

  /** A person writes a line above, below or into what we wrote. */
  #write(): Promise<void> {
    const place = this.#random.between(0, 2);
    return this.#change((lines) => {
      const [head, foot] = [lines.findIndex(isHead), lines.findLastIndex(isFoot)];
      const line = `mine ${++this.#lines} of ${this.room.externalId}`;
      const [from = 0, to = 0] =
        [
          [0, Math.max(head, 0)],
          [head + 1, foot],
          [foot + 1, lines.length],
        ][place] ?? [];
      if (to < from) return undefined;
      this.#theirs.add(line);
      this.done.push(`writes ${line} ${['above', 'between', 'below'][place] ?? ''}`);
      return lines.toSpliced(this.#random.between(from, to), 0, line);
    });
  }

  #drop(): Promise<void> {
    return this.#change((lines) => {
      const line = this.#oneOf([...this.#theirs]);
      if (line === undefined) return undefined;
      this.#theirs.delete(line);
      this.#dropped.add(line);
      this.done.push(`takes ${line} away`);
      return lines.filter((one) => one !== line);
    });
  }

  #damageFrame(): Promise<void> {
    const isDamaged = this.#random.hits(0.5) ? isHead : isFoot;
    return this.#change((lines) => {
      this.done.push(`takes ${isDamaged === isHead ? 'the head' : 'the foot'} of the frame away`);
      return lines.filter((line) => !isDamaged(line));
    });
  }

  async #rename(): Promise<void> {
    await this.#atEntry(({ externalId }) => {
      this.#title = `My title ${++this.#lines}`;
      this.done.push(`renames to ${this.#title}`);
      this.room.account.double.changeEntry(externalId, { title: this.#title });
    });
  }

  async #removeEntry(): Promise<void> {
    await this.#atEntry(({ externalId }) => {
      this.#isRemoved = true;
      this.done.push('removes the entry');
      this.room.account.double.removeEntry(externalId);
    });
  }

  async #move(): Promise<void> {
    const stage = `Stage ${this.#stages.length}`;
    this.#stages.push(stage);
    this.done.push(`moves to ${stage}`);
    for (let times = this.#random.between(1, 2); times > 0; times--) await this.#sayStage(this.#stages.length - 1);
  }

  /** The CRM says that the record was changed, by what we wrote there or once more: its stage is what it was. */
  async #echo(): Promise<void> {
    const place = this.#random.between(Math.max(0, this.#stages.length - 2), this.#stages.length - 1);
    this.done.push(`hears of ${this.#stages[place] ?? ''} again`);
    await this.#sayStage(place);
  }

  #sayStage(place: number): Promise<void> {
    const at = new Date(Date.UTC(2026, 2, 2, 9, place));
    return this.stage.moved(this.room, this.#stages[place] ?? '', at);
  }

  #fail(): void {
    const what = this.#oneOf([
      { kind: 'cut-before' },
      { kind: 'cut-after' },
      { kind: 'hang-after', ms: 30 },
      { kind: 'answer', status: 503, body: '' },
    ] as const);
    if (what === undefined) return;
    this.faults += 1;
    this.done.push(`loses a call: ${what.kind}`);
    this.room.account.double.failNext({ what });
  }

  async #wait(): Promise<void> {
    this.done.push('waits');
    await new Promise((resolve) => setTimeout(resolve, this.#random.between(0, 150)));
  }

  async #change(change: (lines: readonly string[]) => readonly string[] | undefined): Promise<void> {
    await this.#atEntry(({ externalId, text }) => {
      const changed = change(text.split('\n'));
      if (changed !== undefined) this.room.account.double.changeEntry(externalId, { text: changed.join('\n') });
    });
  }

  /**
   * What a person does at the day's entry, where there is one. Not in the moment between our look and our writing: that is said on
   * the connectors' pages.
   */
  async #atEntry(act: (entry: DoubleEntry) => void): Promise<void> {
    const [row] = await this.stage.rows<{ state: string; isThere: boolean }>(
      `select state, external_id is not null as "isThere" from crm_changes where link_id = $1 and day = '2026-03-02'`,
      [this.room.linkId],
    );
    const entry = this.#dayEntry();
    if (entry !== undefined && row?.isThere === true && row.state !== 'sending') act(entry);
  }

  #dayEntry(): DoubleEntry | undefined {
    return this.stage.entriesOf(this.room).find(({ key }) => key.endsWith('20260302'));
  }

  /** The platform tells that there is a message of the app before it tells its text. */
  async #settled(): Promise<void> {
    const news = this.#stages.length - 1;
    await eventually(
      async () =>
        (
          await this.stage.rows<{ left: number; messages: number }>(
            `select (select count(*) from crm_changes where link_id = $1 and state in ('pending', 'sending', 'unknown'))::int
                  + (select count(*) from jobs where kind = 'crm-push' and key like '%/' || $2 and connection_id = $4)::int
                  + (select count(*) from jobs where kind = 'crm-tell' and key like '%/' || $3)::int
                  + (select count(*) from posts where space_id = $3::uuid and state <> 'sent')::int as left,
                    (select count(*) from messages m where m.space_id = $3::uuid and (m.content is distinct from ''
                       or exists (select from annotations a where a.message_id = m.id)))::int as messages`,
            [this.room.linkId, this.room.recordId, this.room.spaceId, this.room.account.connectionId],
          )
        )[0],
      (row) => row?.left === 0 && row.messages >= this.#messages.length + news,
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`seed ${this.seed} does not settle:\n  ${this.done.join('\n  ')}`, { cause: error });
    });
  }

  #wrongWithDay(): readonly string[] {
    const entries = this.stage.entriesOf(this.room).filter(({ key }) => key.endsWith('20260302'));
    const [entry] = entries;
    if (this.#isRemoved) return entry === undefined ? [] : ['an entry that a person removed is there again'];
    if (entry === undefined || entries.length > 1) return [`${entries.length} entries of one day`];
    const lines = entry.text.split('\n').map((line) => line.trimEnd());
    const [head, foot] = [lines.findIndex(isHead), lines.findLastIndex(isFoot)];
    const inside = lines.slice(head + 1, foot);
    const wrong: string[] = [];
    if (head === -1 || foot <= head || lines.filter((line) => isHead(line) || isFoot(line)).length !== 2) {
      wrong.push(`the frame is broken:\n${entry.text}`);
    }
    const said = inside.filter((line) => !line.startsWith(' ')).map((line) => line.replace(/^\d\d:\d\d /, ''));
    const wanted = this.#messages.map(lineOf);
    if (said.join('\n') !== wanted.join('\n')) {
      wrong.push(`the conversation is\n${wanted.join('\n')}\nand there stands\n${entry.text}`);
    }
    for (const text of this.#messages.flatMap(({ annotations }) => annotations)) {
      if (inside.filter((line) => line.includes(text)).length !== 1) wrong.push(`${text} does not stand once`);
    }
    const outside = [...lines.slice(0, Math.max(head, 0)), ...lines.slice(foot + 1)];
    for (const line of this.#theirs) {
      if (outside.filter((one) => one === line).length !== 1) wrong.push(`${line} is lost or doubled:\n${entry.text}`);
    }
    for (const line of this.#dropped) if (lines.includes(line)) wrong.push(`${line} is there again`);
    if (this.#title !== undefined && entry.title !== this.#title) wrong.push(`the title is ${entry.title}`);
    return wrong;
  }

  /** Each move is told once, as a message of the space, which stands at the record like every other one. */
  #wrongWithNews(): readonly string[] {
    const others = this.stage.entriesOf(this.room).filter(({ key }) => !key.endsWith('20260302'));
    const text = others.map((entry) => entry.text).join('\n');
    return this.#stages.slice(1).flatMap((stage, index) => {
      const times = text.split('\n').filter((line) => line.includes(`${this.#stages[index] ?? ''} → ${stage}.`)).length;
      return times === 1 ? [] : [`${stage} is told ${times} times:\n${text}`];
    });
  }

  async #failures(): Promise<readonly string[]> {
    const rows = await this.stage.rows<{ reason: string; message: string | null }>(
      `select reason, crm_message as message from crm_changes where link_id = $1 and state = 'failed'`,
      [this.room.linkId],
    );
    return rows.map(({ reason, message }) => `a change failed: ${reason} ${message ?? ''}`);
  }

  /** What a link brought is taken back when it is undone, but for what people wrote. */
  async #unlinked(): Promise<readonly string[]> {
    const before = this.#dayEntry();
    const outside = before?.text.split('\n') ?? [];
    const isFree = outside.findIndex(isHead) === 0 && outside.findLastIndex(isFoot) === outside.length - 1;
    this.done.push('undoes the link');
    await this.stage.service.call('DELETE', `/v1/crm/links/${this.room.linkId}`);
    await this.#settled();
    const entry = this.#dayEntry();
    if (this.#isRemoved || isFree) return entry === undefined ? [] : [`is left after the link:\n${entry.text}`];
    const lines = entry?.text.split('\n') ?? [];
    const lost = [...this.#theirs].filter((line) => !lines.includes(line));
    const ours = lines.filter((line) => isHead(line) || isFoot(line));
    return [
      ...lost.map((line) => `${line} is lost with the link`),
      ...ours.map((line) => `is left after the link: ${line}`),
    ];
  }

  #oneOf<T>(all: readonly T[]): T | undefined {
    return all[this.#random.between(0, all.length - 1)];
  }
}

function fresh(content: string): Omit<Said, 'id'> {
  return { content, isEdited: false, isDeleted: false, annotations: [] };
}

function lineOf({ content, isEdited, isDeleted }: Said): string {
  return `Ann: ${isDeleted ? '(deleted)' : `${content}${isEdited ? ' (edited)' : ''}`}`;
}
