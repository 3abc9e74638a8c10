import { type WriteStream } from 'node:tty';
import { columns, cut, wrapped } from './text-width.js';

const width = 100;
const escape = '\u001b[';
const styles = { bold: 1, faint: 2, red: 31, green: 32, cyan: 36 } as const;
type Style = keyof typeof styles;

/** Lines of at most 100 columns, coloured where somebody looks at them and did not ask for plain ones. */
export class Terminal {
  readonly #coloured: boolean;

  constructor(
    private readonly stream: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean },
    noColor: string | undefined,
  ) {
    this.#coloured = stream.isTTY === true && (noColor === undefined || noColor === '');
  }

  text(text: string): void {
    for (const line of wrapped(text, width)) this.#write(line);
  }

  /** Exactly this, however long: for lines that are to be copied. */
  verbatim(text: string): void {
    this.#write(text);
  }

  faint(text: string): void {
    for (const line of wrapped(text, width)) this.#write(this.#styled('faint', line));
  }

  heading(text: string): void {
    this.#write('');
    this.#write(this.#styled('bold', cut(text, width)));
  }

  /** Somebody does something at a moment. */
  moment(at: Date, who: string, what: string): void {
    const [first = '', ...rest] = wrapped(what, width - 30);
    this.#write(`${this.#styled('faint', clockTime(at))}  ${this.#styled('cyan', padded(who, 18))}  ${first}`);
    for (const line of rest) this.#write(`${' '.repeat(30)}${line}`);
  }

  /** What belongs to the line above. */
  detail(text: string): void {
    for (const line of wrapped(text, width - 32)) this.#write(`${' '.repeat(30)}  ${this.#styled('faint', line)}`);
  }

  figure(label: string, value: number, note = ''): void {
    const [first = '', ...rest] = wrapped(note, width - 40);
    this.#write(
      `  ${padded(label, 28)}${this.#styled('bold', String(value).padStart(5))}   ${this.#styled('faint', first)}`,
    );
    for (const line of rest) this.#write(`${' '.repeat(38)}${this.#styled('faint', line)}`);
  }

  /** A line of a table with a column for each platform. */
  row(label: string, cells: readonly string[]): void {
    this.#write(`  ${padded(label, 28)}${cells.map((cell) => cell.padStart(20)).join('')}`);
  }

  pair(label: string, value: string): void {
    const [first = '', ...rest] = wrapped(value, width - 22);
    this.#write(`  ${this.#styled('faint', padded(label, 18))}  ${first}`);
    for (const line of rest) this.#write(`${' '.repeat(22)}${line}`);
  }

  check(claim: string, holds: boolean): void {
    const mark = holds ? this.#styled('green', '✓') : this.#styled('red', '✗');
    wrapped(claim, width - 4).forEach((line, index) => {
      this.#write(`  ${index === 0 ? mark : ' '} ${holds ? line : this.#styled('red', line)}`);
    });
  }

  #write(line: string): void {
    this.stream.write(`${line.trimEnd()}\n`);
  }

  #styled(style: Style, text: string): string {
    return this.#coloured && text !== '' ? `${escape}${styles[style]}m${text}${escape}0m` : text;
  }
}

/** Hours, minutes and seconds in UTC. */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 19);
}

function padded(text: string, to: number): string {
  const shown = cut(text, to);
  return shown + ' '.repeat(to - columns(shown));
}
