import { type KeyObject } from '../common/security/hmac.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { type LiaisonError } from '../common/errors/liaison-error.js';
import { type MicrosoftKeySets } from '../common/security/microsoft-key-sets.js';
import { type Secret } from '../common/security/secret.js';
import { type Connector } from '../crm/connector.js';
import { type ConversationActs } from './conversation-acts.js';
import { type AppTokenSource, type UserGrants } from './oauth-server.js';
import { type PlatformAccount } from './platform-account.js';
import { type Posting } from './posting.js';
import { type RawDelivery, type VerifiedDelivery } from '../deliveries/delivery.js';
import { type Fact, type LiaisonEvent } from '../events/event.js';

/** The name in webhook paths and in our API, for example `watson-work`. */
export type PlatformId = string;

/** What verification may use: the connection's settings and the webhook keys that are valid at that moment. */
export interface VerificationContext {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly webhookKeys: readonly KeyObject[];
  /** The keys that Microsoft's identity platform publishes, kept for the whole process; for platforms that sign with them. */
  readonly microsoftKeySets?: MicrosoftKeySets;
  /** The address that was called, as the outside writes it, with its query; for platforms that sign it. */
  readonly calledUrl?: string;
}

/** An answer that a platform gets at once, byte for byte. */
export interface ImmediateReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a verified call is, as far as receiving must know: a few fields, read leniently, never an exception. */
export type Reading =
  | { readonly kind: 'handshake'; readonly reply: ImmediateReply }
  /** A sign of life that says nothing: answered 200 and not kept. */
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'refused'; readonly error: LiaisonError }
  | {
      readonly kind: 'delivery';
      /** The unit of ordering, usually the space's external id; empty where the call names none. */
      readonly laneKey: string;
      /** The event's own time inside the signed part, in ms since the epoch; it must be the same in every retry. */
      readonly sourceTimeMs: number | undefined;
      readonly platformIndex: number | undefined;
      readonly retryCount: number | undefined;
      /** What the call gets once it is stored, where an empty 200 is not enough. */
      readonly reply?: ImmediateReply;
    };

export type Translation =
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  /** A kind of event that we have no word for: kept, counted, and translated by a later version through a replay. */
  | { readonly kind: 'unrecognized'; readonly platformType: string };

/**
 * The port of a collaboration platform: an object of functions, so that verification and translation stay pure and a
 * spec calls them directly. Adding a platform is one folder that makes such an object and one line in the registry.
 */
export interface Platform {
  readonly id: PlatformId;
  /** A class-validator class that describes `settings` of a connection. */
  readonly settings: new () => object;
  /** A class-validator class that describes `secrets` of a connection. */
  readonly secrets: new () => object;
  /**
   * Pure: the addresses that secrets and tokens of a connection with those settings are sent to, in one spelling (`addressOf`)
   * and order. Tokens are good for these alone, and secrets must be entered again for others.
   */
  addresses(settings: Readonly<Record<string, unknown>>): readonly string[];
  /**
   * Checks the raw bytes and headers against the platform's scheme and answers the scheme's name. Throws
   * `SignatureRejected`; silence is impossible, so a forgotten `if` fails closed.
   */
  verify(delivery: RawDelivery, context: VerificationContext): string | Promise<string>;
  /** Never throws: a signed call with an odd body is a delivery like any other. */
  read(delivery: VerifiedDelivery, context: VerificationContext): Reading;
  /** Pure. Throws `Untranslatable` for what cannot be understood; the delivery then becomes a dead letter. */
  translate(delivery: VerifiedDelivery): Translation;
  /** When the platform made the thing of that id (ms), where its ids tell; keeps our ids in time order. */
  birthOf(externalId: string): number | undefined;
  /** The names of headers that are kept with the delivery. */
  readonly keptHeaders: readonly string[];
  /** Where calls of the platform leave out what only its API tells: what to ask, and how. */
  readonly hydration?: Hydration;
  /** Where users can let the app act for them. */
  readonly userGrants?: UserGrants;
  /** Where the app gets tokens of its own by its client id and secret. */
  readonly appTokens?: AppTokenSource;
  /** Where messages can be placed in spaces. */
  readonly posting?: Posting;
  /** Where the app can take part in conversations. */
  readonly conversations?: ConversationActs;
  /** Where organisations authorize the app and each has tokens of its own. */
  readonly organizations?: OrganizationAccess;
  /** Where webhooks are registered over the platform's API: what shall be registered, and how. */
  readonly registrations?: Registrations;
  /** What makes it a CRM. */
  readonly connector?: Connector;
}

/** The name in the path under which it calls us back: its own, or one for every CRM. */
export function callbackName({ id, connector }: Pick<Platform, 'id' | 'connector'>): string {
  return connector === undefined ? id : 'crm';
}

/** The tokens of organisations that authorized the app. */
export interface OrganizationAccess {
  /** Pure: whether an app of that kind acts in an organisation's spaces with that organisation's token. */
  usesTheirTokens(settings: Readonly<Record<string, unknown>>): boolean;
  /** One spelling for an organisation's id, whichever of its encodings came. */
  canonicalId(organizationExternalId: string): string;
  /**
   * Asks for new tokens, in place of those that came with `refreshToken` where there is one. Throws `PlatformUnavailable` for
   * what passes, `NeedsAuthorization` for a refusal, and `AppTokenRefused` where it is the app's own token that is not taken.
   */
  fetchTokens(
    wanted: {
      readonly applicationExternalId: string;
      readonly organizationExternalId: string;
      readonly refreshToken?: string | undefined;
    },
    account: PlatformAccount,
    http: HttpCaller,
  ): Promise<OrganizationTokenSet>;
}

/** Tokens as the platform gave them; nothing about their lifetimes is assumed. */
export interface OrganizationTokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresAt: Date | undefined;
}

/** Something that the platform's API is asked for. */
export interface FetchRequest {
  /** For example `messages`; with the id it names one thing for good, or a list of things. */
  readonly resource: string;
  readonly externalId: string;
  /** In whose lane the answer goes. */
  readonly spaceExternalId: string;
  /** Whose token reads it, where a connection has tokens of several organisations. */
  readonly organizationExternalId?: string;
}

/** An answer of the API that is kept: what was asked for, or a final no. */
export interface FetchAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** A time (ms) inside the answer that is the same whenever the same state is read; see `Reading`. */
  readonly sourceTimeMs: number | undefined;
}

/** Thin calls completed by the platform's API. */
export interface Hydration {
  /** Pure: what must be asked to complete the fact. `titleKnown` says whether its space has been read already, or was refused. */
  needs(event: LiaisonEvent, known: { readonly titleKnown: boolean }): readonly FetchRequest[];
  /**
   * Asks. Answers what is to be kept, a refusal or a loss included; throws `PlatformUnavailable` for what passes and
   * `NeedsAuthorization` where no token of ours is taken.
   */
  fetch(request: FetchRequest, account: PlatformAccount, http: HttpCaller): Promise<readonly FetchAnswer[]>;
}

/** What a webhook is registered for; none of it can be changed afterwards. */
export interface DesiredRegistration {
  readonly resource: string;
  readonly event: string;
  readonly filter?: string | undefined;
  /** Whose webhook it is; its creator's where nothing is said. */
  readonly ownedBy?: 'org' | undefined;
}

/** What can be changed about a registration. */
export interface RegistrationFields {
  readonly name: string;
  readonly targetUrl: string;
  readonly secret: Secret;
}

/** A webhook as the platform has it. */
export interface ActualRegistration extends DesiredRegistration {
  readonly externalId: string;
  readonly name: string;
  readonly targetUrl: string;
  /** Undefined where the platform does not give it back. */
  readonly secret: Secret | undefined;
  readonly active: boolean;
}

/** Webhooks that are registered over the platform's API. */
export interface Registrations {
  /** Pure: what shall be registered with those settings; nothing where somebody else looks after the webhooks. */
  desired(settings: Readonly<Record<string, unknown>>): readonly DesiredRegistration[];
  /** The calls, each of which throws `PlatformUnavailable`, `NeedsAuthorization` or `RegistrationRefused`. */
  at(account: PlatformAccount, http: HttpCaller): RegistrationCalls;
}

export interface RegistrationCalls {
  /** All that the account sees, over all pages; with `ofOrganization` those that its organisation owns besides. */
  list(query: { readonly ofOrganization: boolean }): Promise<readonly ActualRegistration[]>;
  create(desired: DesiredRegistration, fields: RegistrationFields): Promise<ActualRegistration>;
  /** With `reactivate` it is switched on, too. */
  update(
    which: Pick<ActualRegistration, 'externalId' | 'ownedBy'>,
    fields: RegistrationFields,
    options: { readonly reactivate: boolean },
  ): Promise<ActualRegistration>;
  /** One that does not exist is no error. */
  remove(externalId: string): Promise<void>;
}

/** Injection token of the list of all platforms. */
export const PLATFORMS = Symbol('platforms');
