import { describe, expect, it } from 'vitest';
import { toOutboundError } from './failure-reason.js';
import { OutboundFailed, OutboundRefused } from './outbound.errors.js';

const withCode = (code: string): Error => Object.assign(new Error('canary 10.0.0.1'), { code });

describe('toOutboundError', () => {
  it.each([
    ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['tls', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['tls', 'CERT_HAS_EXPIRED'],
    ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['tls', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['tls', 'EPROTO'],
    ['timeout', 'ETIMEDOUT'],
    ['timeout', 'UND_ERR_CONNECT_TIMEOUT'],
    ['network', 'ECONNREFUSED'],
    ['network', 'ECONNRESET'],
    ['network', 'ENOTFOUND'],
    ['network', 'EAI_AGAIN'],
    ['network', 'UND_ERR_SOCKET'],
    ['network', 'HPE_INVALID_CONSTANT'],
    ['malformed', 'UND_ERR_INVALID_ARG'],
  ])('says %s of %s', (reason, code) => {
    expect(toOutboundError(withCode(code)).reason).toBe(reason);
  });

  it('answers a refusal and every failure with one text, one code and one status', () => {
    const errors = [
      new OutboundRefused('address'),
      new OutboundRefused('port'),
      new OutboundFailed('timeout'),
      toOutboundError(withCode('ECONNREFUSED')),
      toOutboundError(withCode('CERT_HAS_EXPIRED')),
      toOutboundError('a text'),
    ];
    const told = errors.map(({ code, kind, status, detail, faults, retryAfterSeconds }) =>
      JSON.stringify({ code, kind, status, detail, faults, retryAfterSeconds }),
    );
    expect(new Set(told).size).toBe(1);
    expect(errors.map((error) => error.message).join()).not.toContain('canary');
  });
});
