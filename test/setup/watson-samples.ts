import { readFileSync } from 'node:fs';

export interface WatsonSample {
  /** The file and the sample's name in it, for example `reaction-added/thumbs-up`. */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignatureVector {
  readonly name: string;
  readonly rawBody: string;
  readonly token: string;
  readonly valid: boolean;
}

const folder = new URL('../fixtures/watson-work/', import.meta.url);

const eventFiles = [
  'message-created',
  'message-edited',
  'message-deleted',
  'message-annotation-added',
  'message-annotation-edited',
  'message-annotation-removed',
  'reaction-added',
  'reaction-removed',
  'space-members-added',
  'space-members-removed',
  'space-updated',
  'space-deleted',
  'conversation-lifecycle',
] as const;

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`${file}.json`, folder), 'utf8'));
}

function samplesOf(file: string): WatsonSample[] {
  // The fixtures' own format, see watson-work/SOURCES.md.
  const { samples } = read(file) as { samples: Omit<WatsonSample, 'bytes'>[] };
  return samples.map((sample) => ({
    ...sample,
    name: `${file}/${sample.name}`,
    bytes: Buffer.from(JSON.stringify(sample.body)),
  }));
}

/** Every webhook body of the fixtures that tells of an event. */
export const eventSamples: readonly WatsonSample[] = eventFiles.flatMap(samplesOf);

/** The ownership challenges of the fixtures. */
export const challengeSamples: readonly WatsonSample[] = samplesOf('verification');

/** IBM's signature vectors and ours, all with `webhookSecret`. */
export const signatureVectors = (read('signature-vectors') as { vectors: readonly SignatureVector[] }).vectors;

/** The sample of that name; fails for a name that does not exist. */
export function watsonSample(name: string): WatsonSample {
  const found = [...eventSamples, ...challengeSamples].find((sample) => sample.name === name);
  if (found === undefined) throw new Error(`there is no sample ${name}`);
  return found;
}
