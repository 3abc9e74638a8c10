import { randomUUID } from 'node:crypto';
import { platformDate } from './platform-date.js';
import { type SimulatedOrg } from './simulated-org.js';
import { webexId } from './webex-id.js';

/** `appuser` is the machine account of a Service App. */
export type PersonType = 'person' | 'bot' | 'appuser';

export interface PersonOptions {
  readonly displayName: string;
  readonly email: string;
  readonly org: SimulatedOrg;
  readonly type: PersonType;
  /** A Full Admin of the organization. */
  readonly admin: boolean;
}

/** An account: a person, a bot, or a machine account. */
export class SimulatedPerson {
  readonly uuid = randomUUID();
  readonly id = webexId('PEOPLE', this.uuid);
  readonly displayName: string;
  readonly email: string;
  readonly org: SimulatedOrg;
  readonly type: PersonType;
  readonly admin: boolean;

  constructor(
    { displayName, email, org, type, admin }: PersonOptions,
    readonly created: number,
  ) {
    this.displayName = displayName;
    this.email = email;
    this.org = org;
    this.type = type;
    this.admin = admin;
  }

  /** The person as this viewer may see it: presence only inside one's organization. Two flags are text, as specified. */
  body(viewer: SimulatedPerson): Readonly<Record<string, unknown>> {
    const [firstName = '', ...others] = this.displayName.split(' ');
    const created = platformDate(this.created);
    return {
      id: this.id,
      emails: [this.email],
      phoneNumbers: [],
      displayName: this.displayName,
      nickName: firstName,
      firstName,
      lastName: others.join(' '),
      orgId: this.org.id,
      created,
      lastModified: created,
      ...(viewer.org === this.org ? { lastActivity: created, status: 'active' } : {}),
      invitePending: 'false',
      loginEnabled: 'true',
      type: this.type,
    };
  }
}
