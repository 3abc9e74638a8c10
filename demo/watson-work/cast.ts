import { type SimulatedPerson } from '../../simulators/watson-work/actor.js';
import { type SimulatedApp } from '../../simulators/watson-work/registered-app.js';
import { type SimulatedSpace } from '../../simulators/watson-work/simulated-space.js';
import { type WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';

/** Who takes part, and where they meet. */
export interface Cast {
  /** Sales. */
  readonly sofia: SimulatedPerson;
  readonly luca: SimulatedPerson;
  /** Legal and delivery. */
  readonly hana: SimulatedPerson;
  readonly owen: SimulatedPerson;
  /** Posts what changes in the customer system, as an app. */
  readonly crm: SimulatedApp;
  /** The space of the deal, made by Sofia. */
  readonly deal: SimulatedSpace;
  /** The space of legal and delivery, made by Hana. */
  readonly contracts: SimulatedSpace;
}

/** Brings everybody onto the platform; no app is in a space yet, so nobody is told. */
export function makeCast(watson: WatsonWorkSimulator): Cast {
  const person = (displayName: string): SimulatedPerson =>
    watson.addPerson({ displayName, email: `${displayName.toLowerCase().replace(' ', '.')}@example.com` });
  const sofia = person('Sofia Berg');
  const hana = person('Hana Kobayashi');
  return {
    sofia,
    luca: person('Luca Moretti'),
    hana,
    owen: person('Owen Price'),
    crm: watson.registerApp({ name: 'CRM' }),
    deal: watson.createSpace({ title: 'Acme', members: [sofia] }),
    contracts: watson.createSpace({ title: 'Contracts and delivery', members: [hana] }),
  };
}
