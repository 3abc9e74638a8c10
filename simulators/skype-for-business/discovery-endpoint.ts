import { type HttpCall } from '../common/http-exchange.js';
import { type ApiAnswer, linksOf, prefixFor, resourceAnswer } from './api-answer.js';
import { EndpointHrefs } from './hrefs.js';
import { type ApplicationEndpoint } from './trusted-application.js';
import { prefixed, type WireFormat } from './wire-format.js';

/** The way from the one public address to what an application may do: discover, applications, application. */
export class DiscoveryEndpoint {
  constructor(
    private readonly format: () => WireFormat,
    private readonly poolUrl: () => string,
  ) {}

  /** The next address is absolute and on another host. */
  discover(call: HttpCall): ApiAnswer {
    const prefix = prefixFor(call, this.format());
    const applications = `${this.poolUrl()}/platformservice/v1/applications`;
    return resourceAnswer({ _links: linksOf(prefix, { self: '/platformservice/discover', applications }) });
  }

  applications(call: HttpCall, endpoint: ApplicationEndpoint): ApiAnswer {
    const prefix = prefixFor(call, this.format());
    const { application } = new EndpointHrefs(endpoint);
    const self = `/platformservice/v1/applications?endpointId=${endpoint.sip}`;
    return resourceAnswer({ _links: linksOf(prefix, { self, application }), rel: prefixed(prefix, 'applications') });
  }

  /** What the app has no permission for has no link. */
  application(call: HttpCall, endpoint: ApplicationEndpoint): ApiAnswer {
    const prefix = prefixFor(call, this.format());
    const hrefs = new EndpointHrefs(endpoint);
    const may = (permission: (typeof endpoint.application.permissions)[number]): boolean =>
      endpoint.application.permissions.includes(permission);
    const links = {
      self: hrefs.application,
      ...(may('guestJoin') ? { anonApplicationTokens: hrefs.anonApplicationTokens } : {}),
    };
    const communication = {
      self: hrefs.communication,
      ...(may('instantMessaging') ? { startMessaging: hrefs.startMessaging } : {}),
    };
    return resourceAnswer({
      _links: linksOf(prefix, links),
      _embedded: {
        [prefixed(prefix, 'communication')]: {
          _links: linksOf(prefix, communication),
          rel: prefixed(prefix, 'communication'),
          etag: '4294967295',
        },
        ...(may('onDemandMeetings')
          ? {
              [prefixed(prefix, 'adhocMeetings')]: {
                _links: linksOf(prefix, { self: hrefs.adhocMeetings }),
                rel: prefixed(prefix, 'adhocMeetings'),
              },
            }
          : {}),
      },
      rel: prefixed(prefix, 'application'),
    });
  }
}
