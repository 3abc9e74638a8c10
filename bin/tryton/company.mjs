import { Buffer } from 'node:buffer';
import { rpc } from './rpc.mjs';

/** Made up for a server that lives as long as a test and listens to this machine alone. */
export const admin = { user: 'admin', password: 'admin of the test' };
export const service = { user: 'liaison', password: 'by-LIasOn#4' };

/** What an administrator does once: a company with an employee, and a user for us that may do what docs/crm/tryton.md says. */
export async function setUpCompany(url) {
  const authorization = `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}`;
  const call = (method, ...params) => rpc(`${url}/tryton/`, `model.${method}`, [...params, {}], authorization);
  const create = async (model, values) => (await call(`${model}.create`, [values]))[0];
  const currency = await create('currency.currency', { name: 'Euro', code: 'EUR', symbol: '€' });
  const company = await create('company.company', {
    party: await create('party.party', { name: 'Example Company' }),
    currency,
  });
  const person = await create('party.party', { name: 'Erika Employee' });
  await create('party.contact_mechanism', { party: person, type: 'email', value: 'Erika@example.test' });
  const employee = await create('company.employee', { party: person, company });
  const inCompany = { companies: [['add', [company]]], company, company_filter: 'all' };
  const own = await call('res.user.search', [['login', '=', admin.user]]);
  await call('res.user.write', own, { ...inCompany, employees: [['add', [employee]]], employee });
  await create('res.user', {
    name: 'Liaison',
    login: service.user,
    password: service.password,
    groups: [['add', await call('res.group.search', [['name', '=', 'Sale Opportunity']])]],
    ...inCompany,
  });
}
