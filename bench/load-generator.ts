import { type Socket, connect } from 'node:net';
import { type Corpus } from './requests.js';
import { parseAnswer } from './http-answer.js';
import { Latencies, type LatencySummary } from './statistics.js';

export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Index of the first request of the corpus to send. */
  readonly from: number;
  /** Requests per second in all; without it each connection sends its next request when it has its answer. */
  readonly rate?: number;
  /** Starts over at the end of the corpus, for a target that stores nothing. */
  readonly repeat?: boolean;
}

export interface LoadResult {
  /** Where the next run goes on. */
  readonly next: number;
  /** Answers with 200, including those to requests that were under way when the time was up. */
  readonly acknowledged: number;
  /** The sum of the fingerprint heads of exactly these requests. */
  readonly acknowledgedSum: number;
  /** Everything else, by its status or what happened. */
  readonly failures: Readonly<Record<string, number>>;
  /** Length of the measured window, and the answers within it. */
  readonly seconds: number;
  readonly answeredInTime: number;
  readonly latency: LatencySummary;
  /** How many cores this process used. */
  readonly cores: number;
  /** The corpus ended before the time did. */
  readonly ranOut: boolean;
}

const answersWithinMs = 10_000;
const tickMs = 1;

/** One connection: at most one request under way, and the least that tells when its answer is complete. */
class Line {
  socket: Socket | undefined;
  index = -1;
  dueAt = 0;
  partial: Buffer | undefined;
}

/**
 * Sends prepared requests over raw sockets, one outstanding request per connection. Latency counts from the moment at
 * which a request was due: with a rate that is its place in the schedule, even when all connections were busy then.
 */
export class LoadGenerator {
  readonly #lines: Line[] = [];
  readonly #idle: Line[] = [];
  readonly #failures = new Map<string, number>();
  readonly #latencies: Latencies;
  #next: number;
  #sent = 0;
  #underWay = 0;
  #acknowledged = 0;
  #acknowledgedSum = 0;
  #answeredInTime = 0;
  #startedAt = 0;
  #endsAt = 0;
  #ranOutAt: number | undefined;
  #finished: () => void = () => undefined;

  constructor(
    private readonly corpus: Corpus,
    private readonly order: LoadOrder,
  ) {
    this.#next = order.from;
    this.#latencies = new Latencies(corpus.requests.length);
  }

  async run(): Promise<LoadResult> {
    for (let index = 0; index < this.order.connections; index++) this.#lines.push(await this.#open());
    const cpuBefore = process.cpuUsage();
    this.#startedAt = performance.now();
    this.#endsAt = this.#startedAt + this.order.seconds * 1_000;
    const finished = new Promise<void>((resolve) => (this.#finished = resolve));
    const impatience = setTimeout(() => this.#giveUp(), this.order.seconds * 1_000 + answersWithinMs);
    const clock = setInterval(() => this.#tick(), tickMs);
    if (this.order.rate === undefined) for (const line of this.#lines) this.#send(line, this.#startedAt);
    else this.#idle.push(...this.#lines);
    await finished;
    const ranFor = (performance.now() - this.#startedAt) * 1_000;
    clearTimeout(impatience);
    clearInterval(clock);
    for (const line of this.#lines) line.socket?.destroy();
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      next: this.#next,
      acknowledged: this.#acknowledged,
      acknowledgedSum: this.#acknowledgedSum,
      failures: Object.fromEntries(this.#failures),
      seconds: ((this.#ranOutAt ?? this.#endsAt) - this.#startedAt) / 1_000,
      answeredInTime: this.#answeredInTime,
      latency: this.#latencies.summary(),
      cores: (user + system) / ranFor,
      ranOut: this.#ranOutAt !== undefined,
    };
  }

  async #open(): Promise<Line> {
    const line = new Line();
    const buffer = Buffer.alloc(16_384);
    await new Promise<void>((resolve, reject) => {
      const onread = {
        buffer,
        callback: (count: number): boolean => {
          this.#receive(line, buffer.subarray(0, count));
          return true;
        },
      };
      line.socket = connect({ port: this.order.port, host: '127.0.0.1', noDelay: true, onread }, () => resolve());
      line.socket.once('error', reject);
      line.socket.on('close', () => this.#lost(line));
    });
    return line;
  }

  #tick(): void {
    const now = performance.now();
    this.#sendDue(now);
    if (now >= this.#endsAt && this.#underWay === 0) this.#finished();
  }

  /** Keeps the schedule of a run with a rate as far as connections are free. */
  #sendDue(now: number): void {
    const { rate } = this.order;
    if (rate === undefined) return;
    while (this.#idle.length > 0) {
      const dueAt = this.#startedAt + (this.#sent / rate) * 1_000;
      if (dueAt > now) return;
      const line = this.#idle.pop();
      if (line === undefined || !this.#send(line, dueAt)) return;
    }
  }

  #send(line: Line, dueAt: number): boolean {
    if (dueAt >= this.#endsAt || performance.now() >= this.#endsAt) return false;
    if (this.#next === this.corpus.requests.length && this.order.repeat === true) this.#next = 0;
    const request = this.corpus.requests[this.#next];
    if (request === undefined) {
      this.#ranOutAt ??= performance.now();
      this.#endsAt = Math.min(this.#endsAt, this.#ranOutAt);
      return false;
    }
    line.index = this.#next++;
    line.dueAt = dueAt;
    this.#sent += 1;
    this.#underWay += 1;
    line.socket?.write(request);
    return true;
  }

  #receive(line: Line, bytes: Buffer): void {
    // The socket's buffer is used again, so what waits for its rest is copied.
    const all = line.partial === undefined ? bytes : Buffer.concat([line.partial, bytes]);
    const answer = parseAnswer(all);
    if (answer === undefined) {
      line.partial = Buffer.from(all);
      return;
    }
    line.partial = undefined;
    const now = performance.now();
    this.#underWay -= 1;
    if (answer.status === 200) {
      this.#acknowledged += 1;
      this.#acknowledgedSum += this.corpus.fingerprintHeads[line.index] ?? 0;
    } else this.#fail(String(answer.status));
    line.index = -1;
    if (now <= this.#endsAt || this.#ranOutAt !== undefined) {
      this.#answeredInTime += 1;
      this.#latencies.record(now - line.dueAt);
    }
    if (this.order.rate !== undefined) {
      this.#idle.push(line);
      this.#sendDue(now);
    } else if (!this.#send(line, now) && this.#underWay === 0) this.#finished();
  }

  #lost(line: Line): void {
    if (line.index < 0) return;
    line.index = -1;
    this.#underWay -= 1;
    this.#fail('connection closed');
    if (this.#underWay === 0) this.#finished();
  }

  #giveUp(): void {
    if (this.#underWay > 0) this.#failures.set('no answer', this.#underWay);
    this.#finished();
  }

  #fail(what: string): void {
    this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1);
  }
}
