interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** One answer of /metrics (Prometheus text format), as far as plain counters and gauges go. */
export class MetricsReading {
  readonly #samples: readonly Sample[];

  constructor(text: string) {
    this.#samples = text.split('\n').flatMap((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, labels: labelsIn(labels), value: Number(value) }];
    });
  }

  /** The sum over all samples that carry these labels; 0 where nothing was counted yet. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#with(name, labels).reduce((sum, sample) => sum + sample.value, 0);
  }

  /** What was counted for each value of a label, the largest count first. */
  by(
    name: string,
    label: string,
    labels: Readonly<Record<string, string>> = {},
  ): readonly (readonly [string, number])[] {
    return this.#with(name, labels)
      .map((sample) => [sample.labels.get(label) ?? '', sample.value] as const)
      .filter(([, value]) => value > 0)
      .sort(([, a], [, b]) => b - a);
  }

  #with(name: string, labels: Readonly<Record<string, string>>): readonly Sample[] {
    return this.#samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value));
  }
}

function labelsIn(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]));
}
