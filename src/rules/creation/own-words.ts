/**
 * The sentence of the plugin, webhook or policy that refuses, without what the API server puts before it: `pods "web" is
 * forbidden: `, `Internal error occurred: `. Rules match from its beginning. What comes later may quote an annotation, a
 * label or a policy's message, and those may read like another component's sentence.
 */
export function ownWords(message: string): string {
  return message.replace(/^[a-z][a-z0-9.-]* "[^"]*" is forbidden: /, "").replace(/^Internal error occurred: /, "");
}
