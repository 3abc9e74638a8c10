/** The API key that the benchmark reads with; its database is thrown away afterwards. */
export const readerKey = 'not-a-secret-only-a-benchmark';
