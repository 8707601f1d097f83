/** The end of a session: the picture as it is made, and ways to keep and share it. */

import type { ComponentChildren } from "preact";
import { endVisit, isKiosk } from "../model/kiosk/mode.ts";
import type { Picture } from "../model/picture.ts";
import type { SessionBackend } from "../model/sessions/session-backend.ts";
import { pictureUrl } from "../model/theme.ts";
import type { PlayedSession, Step, Venue } from "../model/types.ts";
import { needsNewPhoto, words } from "../model/words.ts";
import { Filled } from "../parts/filled.tsx";
import { Brand, Heading } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { JobCard, PictureActions, Reveal } from "../parts/result.tsx";
import { hasFailed, isInProgress, useAddress, usePicture } from "../parts/use-picture.ts";

interface Props {
  venue: Venue;
  backend: SessionBackend;
  session: PlayedSession;
  steps: Step[];
  /** Lead the guest to another picture. */
  onAgain(): void;
  /** Let them take another photo for this one; without it they begin again. */
  onNewPhoto?(): void;
  children?: ComponentChildren;
}

export function Result(props: Props) {
  const { venue, backend, session, steps, onAgain, onNewPhoto = onAgain, children } = props;
  const followed = usePicture(backend, true);
  const { picture } = followed;
  const address = useAddress(backend, picture.url);
  const reward = steps.find((step) => step.type === "reward");
  const photo = pictureUrl(session.capturedMedia.filter(({ url }) => url).at(-1)?.url);
  const inProgress = isInProgress(picture);
  const asksForPhoto = needsNewPhoto(picture.reason);
  // Where no picture is made of it, the photo is what the guest has.
  const ownPhoto = picture.status === "none" ? photo : null;
  const shows = Boolean(picture.url || inProgress || ownPhoto);
  const { result, capture, kiosk, page } = words();
  const actions = picture.url ? (
    <PictureActions
      url={picture.url}
      address={address}
      name={venue.name}
      config={reward?.config ?? {}}
      withQr
    />
  ) : null;
  return (
    <>
      <header class="topbar">
        <div class="topbar-row">
          <span class="icon-button" aria-hidden="true" />
          <Brand venue={venue} />
          <span class="icon-button" aria-hidden="true" />
        </div>
      </header>
      <main class={`result share-screen ${shows ? "with-picture" : ""}`}>
        {hasFailed(picture) ? null : (
          <div class="step-head">
            <Heading of={inProgress ? "in-progress" : picture.status}>{headline(picture)}</Heading>
            {picture.url ? (
              <p class="lead">
                <Filled text={result.takeAlong} values={{ name: venue.name }} />
              </p>
            ) : null}
            {inProgress ? <p class="lead">{result.appearsHere}</p> : null}
          </div>
        )}
        {isKiosk() ? actions : null}
        <Reveal picture={picture} name={venue.name} />
        {ownPhoto ? (
          <figure class="preview">
            <img src={ownPhoto} alt={capture.yourPhoto} />
          </figure>
        ) : null}
        <div class="result-side">
          <JobCard followed={followed} />
          {isKiosk() ? (
            <button class="button primary" type="button" data-testid="finish" onClick={endVisit}>
              {kiosk.done}
            </button>
          ) : (
            actions
          )}
          <button
            class={`button ${asksForPhoto ? "primary" : "quiet"}`}
            type="button"
            data-testid="again"
            onClick={asksForPhoto ? onNewPhoto : onAgain}
          >
            <Icon name="again" />
            {asksForPhoto ? result.newPhoto : backend.makesPicture ? result.another : page.startAgain}
          </button>
          {children}
        </div>
      </main>
    </>
  );
}

function headline(picture: Picture): string {
  const { ready, inProgress, none } = words().result;
  if (picture.status === "completed") return ready;
  if (isInProgress(picture)) return inProgress;
  return none;
}
