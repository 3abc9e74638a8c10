import { Controller, Get, Head, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { callbackPage } from './callback-page.js';
import { GrantsService } from './grants.service.js';
import { ReconnectLinks } from './reconnect-links.js';

/** A code or a state in an address must not reach caches, other sites or frames. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

/** Where users' browsers come: on their way to a platform, and back from it. */
@ApiExcludeController()
@Controller('oauth')
export class OAuthCallbackController {
  constructor(
    private readonly grants: GrantsService,
    private readonly links: ReconnectLinks,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
  ) {}

  /** Whoever looks at links in advance uses nothing up. */
  @Head('callback')
  @Head('reconnect/:link')
  look(@Res() response: Response): void {
    response.writeHead(200, headers).end();
  }

  @Get('callback')
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const outcome = await this.grants.finish(new URL(request.originalUrl, this.publicUrl()));
    const { status, html } = callbackPage(outcome);
    response.writeHead(status, headers).end(html);
  }

  @Get('reconnect/:link')
  async reconnect(@Param('link') link: string, @Res() response: Response): Promise<void> {
    const grant = this.links.grantOf(link);
    const started = grant && (await this.#started(grant));
    if (started === undefined) {
      const { status, html } = callbackPage({ kind: 'link-over' });
      response.writeHead(status, headers).end(html);
      return;
    }
    response.writeHead(302, { ...headers, location: started }).end();
  }

  async #started(grant: { readonly id: string; readonly tenantId: string }): Promise<string | undefined> {
    try {
      const caller = { tenantId: grant.tenantId, subject: 'reconnect link' };
      return (await this.grants.reconnect(caller, grant.id)).authorizeUrl;
    } catch {
      // The grant was revoked, or its connection is gone: the link is of no use any more.
      return undefined;
    }
  }
}
