import { Global, Module, type DynamicModule } from '@nestjs/common';
import { type Logger } from 'pino';
import { AuditModule } from './audit/audit.module.js';
import { BOOTSTRAP_KEY } from './auth/api-key-login.js';
import { AuthModule } from './auth/auth.module.js';
import { AuthorizationsModule } from './authorizations/authorizations.module.js';
import { JWT_CONFIG } from './auth/jwt-login.js';
import { REQUEST_LIMITS, type RequestLimits } from './auth/request-limits.js';
import { type JwtConfig } from './common/config/config.js';
import { PUBLIC_URL, type PublicUrl } from './common/http/public-url.js';
import { OUTBOUND } from './common/outbound/http-caller.js';
import { OutboundHttp } from './common/outbound/outbound-http.js';
import { LOGGER } from './common/observability/logger.js';
import { Metrics } from './common/observability/metrics.js';
import { SecretBox } from './common/security/secret-box.js';
import { type Secret } from './common/security/secret.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { CRM_SETTLE_MS } from './crm-sync/changes/crm-settling.js';
import { POLL_PACE, type PollPace } from './crm-sync/polling/poll-pace.js';
import { DatabaseModule, type DatabaseSettings } from './database/database.module.js';
import { ExportsModule } from './exports/exports.module.js';
import { FeedModule } from './feed/feed.module.js';
import { FEED_LIMITS, type FeedLimits } from './feed/feed-pace.js';
import { GrantsModule } from './grants/grants.module.js';
import { HealthModule } from './health/health.module.js';
import { LanesModule } from './lanes/lanes.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PostsModule } from './posts/posts.module.js';
import { RegistrationsModule } from './registrations/registrations.module.js';
import { entities, RegistryModule } from './registry.module.js';
import { SpacesModule } from './spaces/spaces.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** What is decided outside of the modules. */
export interface AppSettings {
  readonly database: DatabaseSettings;
  readonly secretBox: SecretBox;
  readonly bootstrapKey: Secret | undefined;
  readonly jwt: JwtConfig | undefined;
  readonly requestLimits: RequestLimits;
  readonly publicUrl: PublicUrl;
  /** Endpoints that may be called although they are inside; see `OutboundHttp`. */
  readonly outboundAllow: readonly string[];
  readonly feedLimits: FeedLimits;
  /** See `CRM_SETTLE_MS`. */
  readonly crmSettleMs: number;
  /** Between two questions to a CRM that calls nobody. */
  readonly crmPollEveryMs: number;
  readonly logger: Logger;
}

@Global()
@Module({})
class SettingsModule {
  static of(settings: AppSettings): DynamicModule {
    return {
      module: SettingsModule,
      providers: [
        Metrics,
        { provide: LOGGER, useValue: settings.logger },
        { provide: SecretBox, useValue: settings.secretBox },
        { provide: BOOTSTRAP_KEY, useValue: settings.bootstrapKey },
        { provide: JWT_CONFIG, useValue: settings.jwt },
        { provide: REQUEST_LIMITS, useValue: settings.requestLimits },
        { provide: PUBLIC_URL, useValue: settings.publicUrl },
        { provide: FEED_LIMITS, useValue: settings.feedLimits },
        { provide: CRM_SETTLE_MS, useValue: settings.crmSettleMs },
        { provide: POLL_PACE, useValue: { lookEveryMs: 1_000, everyMs: settings.crmPollEveryMs } satisfies PollPace },
        { provide: OutboundHttp, useValue: new OutboundHttp({ allow: settings.outboundAllow }) },
        { provide: OUTBOUND, useExisting: OutboundHttp },
      ],
      exports: [
        Metrics,
        LOGGER,
        SecretBox,
        BOOTSTRAP_KEY,
        JWT_CONFIG,
        REQUEST_LIMITS,
        PUBLIC_URL,
        FEED_LIMITS,
        CRM_SETTLE_MS,
        POLL_PACE,
        OutboundHttp,
        OUTBOUND,
      ],
    };
  }
}

/** Everything, put together. */
@Module({})
export class AppModule {
  static with(settings: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.of(settings),
        DatabaseModule.forDatabase({ ...settings.database, entities }),
        RegistryModule,
        // Its route comes first, because it is called the most and Express tries routes in their order.
        WebhooksModule,
        AuditModule,
        AuthModule,
        ConnectionsModule,
        LanesModule,
        FeedModule,
        SpacesModule,
        MessagesModule,
        ExportsModule,
        ConversationsModule,
        AuthorizationsModule,
        GrantsModule,
        PostsModule,
        RegistrationsModule,
        OutboxModule,
        TenantsModule,
        HealthModule,
      ],
    };
  }
}
