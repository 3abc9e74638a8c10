const second = 1_000;
const hour = 3_600 * second;

/**
 * When a failed notification is tried again, counted from its first failure, as the Watson Work webhook reference 1.8.0
 * has it: every 30 s for 2 h, then after 3, 6, 12, 24, 36 and 72 h. After the last one it is dropped.
 */
export const retrySchedule: readonly number[] = [
  ...Array.from({ length: 240 }, (_, index) => (index + 1) * 30 * second),
  ...[3, 6, 12, 24, 36, 72].map((hours) => hours * hour),
];
