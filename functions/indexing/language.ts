/** The language a text is written in (ISO 639-1); undefined when the text does not tell: too short, code, pictures. */
export function languageOf(text: string): string | undefined {
  if (/\p{Script=Hangul}/u.test(text)) return 'ko';
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  return undefined;
}
