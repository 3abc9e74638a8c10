import { SimulatorClock } from '../simulators/common/clock.js';
import { EndpointDouble } from '../simulators/crm/generic/endpoint-double.js';
import { MicrosoftIdentitySimulator } from '../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import { SkypeForBusinessSimulator } from '../simulators/skype-for-business/skype-for-business-simulator.js';
import { WatsonWorkSimulator } from '../simulators/watson-work/watson-work-simulator.js';
import { WebexSimulator } from '../simulators/webex/webex-simulator.js';
import { type CleanUp } from './clean-up.js';
import { crmSecret } from './crm/secret.js';
import { storyLengthMs } from './storyteller.js';

/** The platforms of the story, all on loopback and all by one clock. */
export interface Doubles {
  /** Only the story moves it; it starts in the past, so that the story ends at about the present. */
  readonly clock: SimulatorClock;
  readonly watson: WatsonWorkSimulator;
  readonly webex: WebexSimulator;
  /** Issues the tokens that come with the calls of Skype for Business. */
  readonly identity: MicrosoftIdentitySimulator;
  readonly skype: SkypeForBusinessSimulator;
  readonly crm: EndpointDouble;
}

/** Starts all of them; they end with the clean-up. */
export async function startDoubles(cleanUp: CleanUp): Promise<Doubles> {
  const clock = new SimulatorClock({ startAt: Date.now() - storyLengthMs, speed: 0 });
  const watson = await WatsonWorkSimulator.start({ clock });
  cleanUp.add(() => watson.stop());
  const webex = await WebexSimulator.start({ clock });
  cleanUp.add(() => webex.stop());
  const identity = await MicrosoftIdentitySimulator.start({ clock });
  cleanUp.add(() => identity.stop());
  const skype = await SkypeForBusinessSimulator.start({ identity });
  cleanUp.add(() => skype.stop());
  const crm = await EndpointDouble.start(crmSecret);
  cleanUp.add(() => crm.close());
  return { clock, watson, webex, identity, skype, crm };
}

/** `host:port` of the doubles that the service calls: they are inside of the network and speak no TLS. */
export function calledHosts({ watson, webex, identity, crm }: Doubles): readonly string[] {
  return [watson.url, webex.url, identity.url, crm.url].map((url) => new URL(url).host);
}
