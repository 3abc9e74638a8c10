/** Posts these very bytes to a webhook address, as anybody could. Answers the status. */
export async function postCall(url: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(5_000),
  });
  await response.arrayBuffer();
  return response.status;
}
