/** A signal for one piece of work. */
export interface LimitedSignal {
  readonly signal: AbortSignal;
  /** To be called when the work has ended. */
  readonly release: () => void;
}

/**
 * A signal that ends with `parent`, or after that time. `AbortSignal.any` would do the same, but leaves something behind at its
 * parent for each piece of work, and `parent` lives as long as the service.
 */
export function limitedSignal(parent: AbortSignal, ms: number): LimitedSignal {
  const own = new AbortController();
  const end = (): void => own.abort(parent.reason);
  const timer = setTimeout(() => own.abort(new DOMException('the time is over', 'TimeoutError')), ms);
  if (parent.aborted) end();
  else parent.addEventListener('abort', end, { once: true });
  return {
    signal: own.signal,
    release: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', end);
    },
  };
}
