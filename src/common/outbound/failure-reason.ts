import { OutboundFailed, OutboundRefused } from './outbound.errors.js';

/** OpenSSL's names of what is wrong with a certificate, and Node's of what is wrong with the protocol. */
const tlsCode = /CERT|CRL_|^ERR_(TLS|SSL)|^EPROTO$|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$|^UNABLE_TO_/;
const timeoutCode = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
/** No connection came about, so nothing can have been sent. */
const unsentCode = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;
/** The client itself refused the call, for example for a header with a line break: nothing was sent. */
const malformedCode = /^(UND_ERR_INVALID_ARG|UND_ERR_REQ_CONTENT_LENGTH_MISMATCH|UND_ERR_NOT_SUPPORTED)$/;

/** Any error of a call as one of ours, with the original as its cause, which logs show and answers do not. */
export function toOutboundError(error: unknown): OutboundRefused | OutboundFailed {
  if (error instanceof OutboundRefused || error instanceof OutboundFailed) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (malformedCode.test(code)) return new OutboundRefused('malformed', error);
  const mayHaveBeenSent = !unsentCode.test(code);
  if (timeoutCode.test(code)) return new OutboundFailed('timeout', error, mayHaveBeenSent);
  const isTls = tlsCode.test(code);
  return new OutboundFailed(isTls ? 'tls' : 'network', error, mayHaveBeenSent && !isTls);
}
