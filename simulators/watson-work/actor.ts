/** Who does something in a space: a person, an app, or one of the platform's own services. */
export interface Actor {
  readonly id: string;
  readonly displayName: string | null;
  readonly kind: 'person' | 'app' | 'service';
}

export interface SimulatedPerson extends Actor {
  readonly displayName: string;
  readonly email: string;
  readonly kind: 'person';
}

/** The service behind the annotations which the platform's own language analysis makes. */
export const languageAnalysis: Actor = {
  id: 'toscana-aip-nlc-consumer-client-id',
  displayName: null,
  kind: 'service',
};
