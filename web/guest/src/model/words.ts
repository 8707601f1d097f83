/** The words of the visit's language, filled in, and its numbers. */

import type { Words } from "../locales/en.ts";
import type { Locale } from "./locale.ts";
import type { AnswerProblem } from "./answers.ts";

let current: { locale: Locale; words: Words } | null = null;
const listeners = new Set<() => void>();

/** Use these words from now on, and tell who listens. */
export function setWords(locale: Locale, words: Words): void {
  current = { locale, words };
  for (const listener of listeners) listener();
}

export function onWordsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The words of the visit's language. They are read when something is shown, and never kept. */
export function words(): Words {
  if (current === null) throw new Error("the words are read before they are there");
  return current.words;
}

/** The locale of the visit, null until its words are there. */
export function locale(): Locale | null {
  return current?.locale ?? null;
}

/** The tag of the visit's language; none before there are words, which show nothing yet. */
export function currentTag(): string {
  return current?.locale.tag ?? "";
}

export function formatted(number: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(current?.locale.tag, options).format(number);
}

type Values = Record<string, string | number>;

/** The text with the value of each name in braces. */
export function filled(text: string, values: Values): string {
  return pieces(text)
    .map((piece) => (typeof piece === "string" ? piece : valueOf(values, piece.name)))
    .join("");
}

/** A text as what stands in it: texts, and the names that are in braces. */
export function pieces(text: string): (string | { name: string })[] {
  return text.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? part : { name };
  });
}

/** The form of a text that fits this count, with the count in it. */
export function counted(forms: Words["comeBack"]["minutes"], count: number): string {
  const rules = new Intl.PluralRules(current?.locale.tag);
  return filled(forms[rules.select(count)] ?? forms.other, { count });
}

function valueOf(values: Values, name: string): string {
  const value = values[name] ?? "";
  return typeof value === "number" ? formatted(value) : value;
}

function named<T extends { unknown: unknown }>(texts: T, name: string | null): T[keyof T] {
  const key = name !== null && Object.hasOwn(texts, name) ? (name as keyof T) : "unknown";
  return texts[key];
}

export interface Message {
  title: string;
  text: string;
}

/** Why a visit cannot go on, by the reason of a refusal. */
export function problemWords(reason: string): Message {
  return named(words().problems, reason);
}

const MAX_MEGAPIXELS = 50;
const MAX_MEGABYTES = 20;
const MAX_VIDEO_MEGABYTES = 200;

/** What is wrong with a photo or a video. */
export function captureWords(reason: string): string {
  const megabytes = reason === "video_too_large" ? MAX_VIDEO_MEGABYTES : MAX_MEGABYTES;
  const size = formatted(megabytes, { style: "unit", unit: "megabyte" });
  return filled(named(words().captureProblems, reason), { size, megapixels: MAX_MEGAPIXELS });
}

/** What is wrong with an answer. */
export function answerWords({ reason, maxLength = 0 }: AnswerProblem): string {
  const { answerProblems } = words();
  if (reason === "tooLong") return counted(answerProblems.tooLong, maxLength);
  return answerProblems[reason];
}

/** Whether only another photo helps, because the same one would fail again. */
export function needsNewPhoto(reason: string | null): boolean {
  return ["SAFETY_FILTERED", "INVALID_INPUT", "PHOTO_LOST"].includes(reason ?? "");
}

/** Why there is no picture, by the error code of its job. */
export function jobWords(reason: string | null): Message {
  return named(words().pictureProblems, reason);
}

export function limitWords(reason: string | null, seconds: number | null): Message {
  const { hour, day } = words().limits;
  const { title, text } = reason === "rate_limited" ? hour : day;
  return { title, text: `${text} ${comeBack(seconds)}` };
}

/** “Try again in about 20 minutes.” */
export function comeBack(seconds: number | null): string {
  const { tomorrow, soon, minutes, hours } = words().comeBack;
  if (seconds === null) return tomorrow;
  const wait = Math.ceil(seconds / 60);
  if (wait <= 1) return soon;
  return wait < 90 ? counted(minutes, wait) : counted(hours, Math.round(wait / 60));
}
