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
import { isInProgress, useAddress, usePicture } from "../parts/use-picture.ts";

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
  const { result, capture, kiosk } = words();
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
      <main class="result share-screen">
        <div class="step-text">
          <Heading of={inProgress ? "in-progress" : picture.status}>{headline(picture)}</Heading>
          <p class="lead">
            {picture.url ? (
              <Filled text={result.takeAlong} values={{ name: venue.name }} />
            ) : inProgress ? (
              result.appearsHere
            ) : (
              ""
            )}
          </p>
        </div>
        {isKiosk() ? actions : null}
        <Reveal picture={picture} name={venue.name} />
        {!picture.url && !inProgress && photo ? (
          <figure class="preview">
            <img src={photo} alt={capture.yourPhoto} />
          </figure>
        ) : null}
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
          {asksForPhoto ? result.newPhoto : result.another}
        </button>
        {children}
      </main>
    </>
  );
}

function headline(picture: Picture): string {
  const { ready, inProgress, none, almost } = words().result;
  if (picture.status === "completed") return ready;
  if (isInProgress(picture)) return inProgress;
  return picture.status === "none" ? none : almost;
}
