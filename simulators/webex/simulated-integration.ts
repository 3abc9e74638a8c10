import { ClientApp, type ClientAppOptions } from './client-app.js';

/** An app that acts as the people who agreed to it. */
export class SimulatedIntegration extends ClientApp {
  readonly redirectUris: readonly string[];

  constructor(options: ClientAppOptions & { readonly redirectUris: readonly string[] }) {
    super(options);
    this.redirectUris = options.redirectUris;
  }
}
