/** The question before everything of a guest is erased. Without a framework: pages of shares ask it too. */

import { words } from "../model/words.ts";

/**
 * Ask in a dialog whether the guest means it, which Escape and `signal` answer with no. The focus goes to
 * the choice that erases nothing, and then back to `button`.
 */
export async function isMeant(button: HTMLElement, signal?: AbortSignal): Promise<boolean> {
  const { question, consequence, keep, erase } = words().erasing;
  const dialog = document.createElement("dialog");
  dialog.className = "question";
  dialog.role = "alertdialog";
  dialog.dataset.testid = "erase-question";
  const title = textOf("h2", question, "question-title");
  const text = textOf("p", consequence, "question-text");
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.setAttribute("aria-describedby", text.id);
  const choice = (label: string, looks: string, testId: string, answer: string) => {
    const chosen = textOf("button", label);
    Object.assign(chosen, { type: "button", className: `button ${looks}` });
    chosen.dataset.testid = testId;
    chosen.addEventListener("click", () => dialog.close(answer));
    return chosen;
  };
  const safe = choice(keep, "soft", "erase-keep", "");
  dialog.append(title, text, safe, choice(erase, "danger", "erase-confirm", "erase"));
  document.body.append(dialog);
  dialog.showModal();
  safe.focus();
  signal?.addEventListener("abort", () => dialog.close(""));
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  button.focus();
  return dialog.returnValue === "erase";
}

function textOf(tag: "h2" | "p" | "button", text: string, id = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (id) element.id = id;
  return element;
}
