/** One call of Tryton's JSON-RPC; throws for every answer but a result. */
export async function rpc(url, method, params = [], authorization = undefined) {
  const answer = await globalThis.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ id: 0, method, params }),
  });
  const body = answer.status === 200 ? await answer.json() : { error: answer.status };
  if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`);
  return body.result;
}
