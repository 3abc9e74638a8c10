import { Inject, Injectable } from '@nestjs/common';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { isJsonObject, memberOf, parseJsonText, textOf } from '../common/json/json.js';
import { SecretBox } from '../common/security/secret-box.js';

const daysGood = 30;
const purpose = 'grant-reconnect';

/**
 * Links by which a user begins to consent again. They are sealed, end after a month, and do no more than send the browser
 * to the platform; whoever else follows one comes back as somebody else and is refused.
 */
@Injectable()
export class ReconnectLinks {
  constructor(
    private readonly box: SecretBox,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
  ) {}

  linkTo(grant: { readonly id: string; readonly tenantId: string }): string {
    const untilMs = Date.now() + daysGood * 24 * 3_600_000;
    const sealed = this.box.seal(JSON.stringify({ id: grant.id, tenantId: grant.tenantId, untilMs }), purpose);
    return `${this.publicUrl()}/oauth/reconnect/${encodeURIComponent(sealed)}`;
  }

  /** The grant of a link; undefined for one that we did not make or that is too old. */
  grantOf(link: string): { readonly id: string; readonly tenantId: string } | undefined {
    try {
      const parsed = parseJsonText(this.box.open(link, purpose));
      if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
      const [id, tenantId] = [textOf(parsed.value, 'id'), textOf(parsed.value, 'tenantId')];
      const untilMs = memberOf(parsed.value, 'untilMs');
      const isGood = typeof untilMs === 'number' && untilMs > Date.now();
      return isGood && id !== undefined && tenantId !== undefined ? { id, tenantId } : undefined;
    } catch {
      // Not sealed by us, or for something else.
      return undefined;
    }
  }
}
