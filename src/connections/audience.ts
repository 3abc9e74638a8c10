import { type Platform } from '../platforms/platform.js';

interface Described {
  readonly platform: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The addresses that secrets of a connection may be sent to; none for a platform that is not served. */
export function addressesOf(platforms: readonly Platform[], { platform, settings }: Described): readonly string[] {
  return platforms.find(({ id }) => id === platform)?.addresses(settings) ?? [];
}

/** The same as one text, to which tokens are bound. */
export function audienceOf(platforms: readonly Platform[], described: Described): string {
  return addressesOf(platforms, described).join(' ');
}
