/** On the page of a picture: its guest, signed in on this phone, may delete it. Others see nothing. */

import { createClient } from "experience-client";
import { openSite } from "./model/connection.ts";
import { photoStore } from "./model/photos/photo-store.ts";
import { refusalOf } from "./model/refusals.ts";
import { forget } from "./model/storage.ts";
import { problemWords, words } from "./model/words.ts";
import { isMeant } from "./parts/question.ts";

/** Show the button, if the server says that the picture is this guest's. */
export async function offerDeletion(into: HTMLElement): Promise<void> {
  const { auth, functions } = await openSite();
  await auth.authStateReady();
  if (auth.currentUser === null) return;
  const calls = createClient(functions, { attempts: 3, timeoutMs: 30_000 });
  const shareId = location.pathname.split("/").at(-1) ?? "";
  const { projectId, eventId } = await calls.getShare({ shareId });

  const { erasing } = words();
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "link", textContent: erasing.button });
  button.dataset.testid = "erase";
  const problem = document.createElement("p");
  problem.setAttribute("role", "alert");
  button.addEventListener("click", async () => {
    if (button.ariaBusy === "true" || !(await isMeant(button))) return;
    button.ariaBusy = "true";
    try {
      // The server erases the caller and nobody else.
      await calls.eraseGuest(eventId ? { eventId } : { projectId: projectId ?? "" });
      forget();
      await photoStore().clear();
      location.reload();
    } catch (error) {
      problem.textContent = problemWords(refusalOf(error).reason).text;
      button.ariaBusy = "false";
    }
  });
  into.append(button, problem);
}
