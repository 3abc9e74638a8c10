import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './self-signed-certificate.js';

const generate = promisify(generateKeyPair);

/** An RSA key of the identity platform. Its id is the SHA-1 thumbprint of its certificate, so `kid` and `x5t` are one text. */
export class SigningKey {
  readonly kid: string;

  private constructor(
    readonly publicKey: KeyObject,
    readonly privateKey: KeyObject,
    readonly certificate: Buffer,
  ) {
    this.kid = createHash('sha1').update(certificate).digest('base64url');
  }

  static async generate(subject: string, at: number): Promise<SigningKey> {
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2_048 });
    return new SigningKey(publicKey, privateKey, selfSignedCertificate(publicKey, privateKey, subject, at));
  }

  /** The entry of a key list without its issuer. */
  get listing(): Readonly<Record<string, unknown>> {
    const { n, e } = this.publicKey.export({ format: 'jwk' });
    return { kty: 'RSA', use: 'sig', kid: this.kid, x5t: this.kid, n, e, x5c: [this.certificate.toString('base64')] };
  }
}
