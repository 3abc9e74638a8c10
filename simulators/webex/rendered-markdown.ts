import { type SimulatedPerson } from './simulated-person.js';

const mention = /<@(?:all|(personEmail|personId):([^|>]+)(?:\|([^>]*))?)>/g;

export interface RenderedMarkdown {
  readonly text: string;
  readonly html: string;
  readonly mentionedPeople: readonly SimulatedPerson[];
  readonly mentionedGroups: readonly string[];
}

/**
 * What the platform makes of markdown, as far as mentions and bold text go. Only members can be mentioned; anybody else
 * stays a name.
 */
export function renderMarkdown(markdown: string, members: readonly SimulatedPerson[]): RenderedMarkdown {
  const mentionedPeople = new Set<SimulatedPerson>();
  const mentionedGroups = new Set<string>();
  let text = '';
  let html = '';
  let end = 0;
  const copy = (part: string): void => {
    text += part.replaceAll('**', '');
    html += escaped(part).replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>');
  };
  for (const match of markdown.matchAll(mention)) {
    const [whole, kind, reference = '', label] = match;
    copy(markdown.slice(end, match.index));
    end = match.index + whole.length;
    if (kind === undefined) {
      mentionedGroups.add('all');
      text += 'All';
      html += '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>';
      continue;
    }
    const person = members.find((member) => (kind === 'personId' ? member.id : member.email) === reference);
    const name = label ?? person?.displayName ?? reference;
    text += name;
    if (person === undefined) {
      html += escaped(name);
      continue;
    }
    mentionedPeople.add(person);
    html += `<spark-mention data-object-type="person" data-object-id="${person.id}">${escaped(name)}</spark-mention>`;
  }
  copy(markdown.slice(end));
  return {
    text,
    html: `<p>${html}</p>`,
    mentionedPeople: [...mentionedPeople],
    mentionedGroups: [...mentionedGroups],
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
