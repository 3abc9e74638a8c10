import { type SimulatedPerson } from '../../simulators/webex/simulated-person.js';
import { type SimulatedRoom } from '../../simulators/webex/simulated-room.js';
import { type WebexSimulator } from '../../simulators/webex/webex-simulator.js';

/** Who takes part on the customer's side, and where they meet. */
export interface WebexCast {
  /** Buys, for Acme. */
  readonly nina: SimulatedPerson;
  /** Runs what she buys; comes later. */
  readonly tom: SimulatedPerson;
  /** Decides for all of Acme what apps may do there. */
  readonly ada: SimulatedPerson;
  /** Of the other company: a guest, and the member whose token Liaison reads with. */
  readonly sofia: SimulatedPerson;
  /** Asks for decisions by cards. */
  readonly approvals: SimulatedPerson;
  /** Nina's room. */
  readonly room: SimulatedRoom;
}

/** Brings everybody into a room before anybody listens. */
export function makeWebexCast(webex: WebexSimulator): WebexCast {
  const nina = webex.addPerson({ displayName: 'Nina Falk', email: 'nina.falk@acme.example' });
  const tom = webex.addPerson({ displayName: 'Tom Reed', email: 'tom.reed@acme.example' });
  const ada = webex.addPerson({ displayName: 'Ada Obi', email: 'ada.obi@acme.example', admin: true });
  const org = webex.addOrg('Example');
  const sofia = webex.addPerson({ displayName: 'Sofia Berg', email: 'sofia.berg@example.com', org });
  const approvals = webex.addBot({ displayName: 'Approvals', email: 'approvals@webex.bot' });
  const room = webex.createRoom({ title: 'Renewal with Example', creator: nina, members: [sofia, approvals] });
  return { nina, tom, ada, sofia, approvals, room };
}
